import { assert, ShaderError } from '../errors.ts';
import { composeShader, locate } from '../wgsl/compose.ts';
import type { ShaderBinding, ShaderEntry, ShaderModule } from '../wgsl/shader.ts';
import { ShaderStage } from './flags.ts';

/** Buffers by the name that the shader gives them; a missing or an unknown name throws. */
export type Resources = Readonly<Record<string, GPUBuffer | GPUBufferBinding | GPUTextureView>>;

/** A shader module compiled for a device, with the bind group layouts of the entries in use. */
export interface CompiledShader {
  readonly module: GPUShaderModule;
  readonly layout: GPUPipelineLayout;
  bind(resources: Resources): GPUBindGroup[];
}

/**
 * Composes and compiles a shader and lays out the bindings which the named entry points use.
 *
 * @throws ShaderError naming source file and line of the first compile error.
 */
export async function compileShader(
  device: GPUDevice,
  shader: ShaderModule,
  entryNames: readonly string[],
  constants: Readonly<Record<string, number>>,
): Promise<CompiledShader> {
  const composed = composeShader(shader, constants);
  const label = `ftle-map/${shader.file}`;
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label, code: composed.code });
  const failure = device.popErrorScope();
  const [info, error] = await Promise.all([module.getCompilationInfo(), failure]);
  const message = info.messages.find((candidate) => candidate.type === 'error');
  if (message) {
    const [file, line] = locate(composed.lines, message.lineNum);
    throw new ShaderError(message.message, file, line, composed.code);
  }
  if (error) throw new ShaderError(error.message, shader.file, 0, composed.code);

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
    module,
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
  const types = { uniform: 'uniform', read: 'read-only-storage', read_write: 'storage' } as const;
  return device.createBindGroupLayout({
    label: `${label}/${group}`,
    entries: bindings.map(({ binding, kind, visibility, name }) => {
      assert(kind in types, `${label}: binding ${name} is a ${kind}, which is not laid out yet`);
      return { binding, visibility, buffer: { type: types[kind as keyof typeof types] } };
    }),
  });
}

function asBinding(resource: GPUBuffer | GPUBufferBinding | GPUTextureView): GPUBindingResource {
  return 'mapState' in resource ? { buffer: resource } : resource;
}
