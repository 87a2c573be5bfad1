import { assert, ShaderError } from '../errors.ts';
import { composeShader, locate, type ComposedShader } from '../wgsl/compose.ts';
import type { ShaderBinding, ShaderEntry, ShaderModule } from '../wgsl/shader.ts';
import { ShaderStage } from './flags.ts';

type Resource = GPUBuffer | GPUBufferBinding | GPUTextureView | GPUSampler;

/** Resources by the name that the shader gives them; a missing or an unknown name throws. */
export type Resources = Readonly<Record<string, Resource>>;

/** The bind group layouts of entry points that one pipeline uses. */
export interface EntryLayout {
  readonly layout: GPUPipelineLayout;
  bind(resources: Resources): GPUBindGroup[];
}

/** A shader module compiled for a device, with the bind group layouts of the entries in use. */
export interface CompiledShader extends EntryLayout {
  readonly module: GPUShaderModule;
  /** Rejects with a ShaderError naming source file and line of the first compile error. */
  readonly valid: Promise<void>;
}

/**
 * Composes a shader, has it compiled and lays out the bindings which the named entry points use. Pipelines can be
 * asked for before it is known whether the text is valid.
 *
 * @throws ShaderError if it does not compose.
 */
export function compileShader(
  device: GPUDevice,
  shader: ShaderModule,
  entryNames: readonly string[],
  constants: Readonly<Record<string, number>>,
): CompiledShader {
  return {
    ...startModule(device, shader, constants),
    ...layoutEntries(device, shader, entryNames),
  };
}

/**
 * Composes and compiles a shader.
 *
 * @throws ShaderError naming source file and line of the first compile error.
 */
export async function compileModule(
  device: GPUDevice,
  shader: ShaderModule,
  constants: Readonly<Record<string, number>>,
): Promise<GPUShaderModule> {
  const { module, valid } = startModule(device, shader, constants);
  await valid;
  return module;
}

function startModule(
  device: GPUDevice,
  shader: ShaderModule,
  constants: Readonly<Record<string, number>>,
): Pick<CompiledShader, 'module' | 'valid'> {
  const composed = composeShader(shader, constants);
  const label = `ftle-map/${shader.file}`;
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code: composed.code });
  const failure = device.popErrorScope();
  return { module, valid: checkModule(module, failure, shader, composed) };
}

async function checkModule(
  module: GPUShaderModule,
  failure: Promise<GPUError | null>,
  shader: ShaderModule,
  { code, lines }: ComposedShader,
): Promise<void> {
  const [info, error] = await Promise.all([module.getCompilationInfo(), failure]);
  const message = info.messages.find((candidate) => candidate.type === 'error');
  if (message) {
    const [file, line] = locate(lines, message.lineNum);
    throw new ShaderError(message.message, file, line, code);
  }
  if (error) throw new ShaderError(error.message, shader.file, 0, code);
}

/** Lays out the bindings which the named entry points of a shader use. */
export function layoutEntries(
  device: GPUDevice,
  shader: ShaderModule,
  entryNames: readonly string[],
): EntryLayout {
  const label = `ftle-map/${shader.file}`;
  const entries = entryNames.map((name) => {
    const entry = shader.entries.find((candidate) => candidate.name === name);
    assert(entry, `${shader.file} has no entry point ${name}`);
    return entry;
  });
  const bindings = mergeBindings(entries);
  const groupCount = Math.max(0, ...bindings.map((binding) => binding.group + 1));
  const groups = Array.from({ length: groupCount }, (_, group) => {
    const own = bindings.filter((binding) => binding.group === group);
    return { own, layout: createGroupLayout(device, label, group, own) };
  });
  return {
    layout: device.createPipelineLayout({
      label,
      bindGroupLayouts: groups.map((group) => group.layout),
    }),
    bind(resources) {
      const unknown = Object.keys(resources).filter(
        (name) => !bindings.some((b) => b.name === name),
      );
      assert(unknown.length === 0, `${shader.file} has no binding ${unknown.join(', ')}`);
      return groups.map(({ own, layout }, group) =>
        device.createBindGroup({
          label: `${label}/${group}`,
          layout,
          entries: own.map(({ name, binding }) => {
            const resource = resources[name];
            assert(resource, `${shader.file}: binding ${name} is missing`);
            return { binding, resource: asBinding(resource) };
          }),
        }),
      );
    },
  };
}

type UsedBinding = ShaderBinding & { visibility: number };

function mergeBindings(entries: readonly ShaderEntry[]): UsedBinding[] {
  const merged = new Map<string, UsedBinding>();
  for (const entry of entries) {
    for (const binding of entry.bindings) {
      const seen = merged.get(binding.name);
      const visibility = ShaderStage[entry.stage] | (seen?.visibility ?? 0);
      merged.set(binding.name, { ...binding, visibility });
    }
  }
  return [...merged.values()].sort((a, b) => a.group - b.group || a.binding - b.binding);
}

function createGroupLayout(
  device: GPUDevice,
  label: string,
  group: number,
  bindings: readonly UsedBinding[],
): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    label: `${label}/${group}`,
    entries: bindings.map(({ binding, kind, visibility }) => ({
      binding,
      visibility,
      ...BINDING_LAYOUTS[kind],
    })),
  });
}

const BINDING_LAYOUTS = {
  uniform: { buffer: { type: 'uniform' } },
  read: { buffer: { type: 'read-only-storage' } },
  read_write: { buffer: { type: 'storage' } },
  texture: { texture: { sampleType: 'float' } },
  sampler: { sampler: { type: 'filtering' } },
} as const;

function asBinding(resource: Resource): GPUBindingResource {
  return 'mapState' in resource ? { buffer: resource } : resource;
}
