import { assert } from '../errors.ts';
import { packUniform } from '../wgsl/pack.ts';
import type { ShaderModule, StructLayout } from '../wgsl/shader.ts';
import { BufferUsage } from './flags.ts';
import { compileShader, type Resources } from './layout.ts';
import type { Scope } from './scope.ts';

/** A compute pipeline with the names of its bindings. Cached per device; owns nothing to free. */
export interface Kernel {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  /** Layout of the uniform block `args`. */
  readonly argsLayout: StructLayout;
  bind(resources: Resources): GPUBindGroup[];
}

export interface KernelOptions {
  /** Values of the lines marked `// @set`; all of them must be given. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly overrides?: Readonly<Record<string, number>>;
}

const cache = new WeakMap<GPUDevice, Map<string, Promise<Kernel>>>();

/**
 * The compute kernel of a shader file, compiled once per device and set of options.
 *
 * @throws ShaderError naming source file and line if it does not compose or compile.
 */
export function createKernel(
  device: GPUDevice,
  shader: ShaderModule,
  options: KernelOptions = {},
): Promise<Kernel> {
  let kernels = cache.get(device);
  if (!kernels) cache.set(device, (kernels = new Map<string, Promise<Kernel>>()));
  const key = JSON.stringify([shader.file, options.constants ?? {}, options.overrides ?? {}]);
  let kernel = kernels.get(key);
  if (!kernel) {
    kernel = build(device, shader, options);
    kernels.set(key, kernel);
    kernel.catch(() => kernels.delete(key));
  }
  return kernel;
}

async function build(
  device: GPUDevice,
  shader: ShaderModule,
  options: KernelOptions,
): Promise<Kernel> {
  const entry = shader.entries.find((candidate) => candidate.stage === 'compute');
  assert(entry, `${shader.file} has no compute entry point`);
  const compiled = compileShader(device, shader, [entry.name], options.constants ?? {});
  const label = `ftle-map/${entry.name}`;
  const making = device.createComputePipelineAsync({
    label,
    layout: compiled.layout,
    compute: {
      module: compiled.module,
      entryPoint: entry.name,
      constants: { ...options.overrides },
    },
  });
  // Of a text that is not valid, its own error says more than the pipeline's.
  making.catch(() => undefined);
  await compiled.valid;
  const pipeline = await making;
  const args = entry.bindings.find((binding) => binding.name === 'args');
  const argsLayout = args ? shader.structs[args.type] : { byteLength: 16, fields: [] };
  return { label, pipeline, argsLayout, bind: (resources) => compiled.bind(resources) };
}

/** A folded grid: at most 65 535 workgroups along x, the rest along y. */
export function foldGrid(workgroupCount: number): [x: number, y: number] {
  const y = Math.max(1, Math.ceil(workgroupCount / 65_535));
  return [Math.ceil(workgroupCount / y), y];
}

/** Records one dispatch. */
export function dispatch(
  pass: GPUComputePassEncoder,
  kernel: Kernel,
  groups: readonly GPUBindGroup[],
  workgroups: readonly [x: number, y?: number, z?: number],
): void {
  pass.setPipeline(kernel.pipeline);
  groups.forEach((group, index) => pass.setBindGroup(index, group));
  pass.dispatchWorkgroups(workgroups[0], workgroups[1] ?? 1, workgroups[2] ?? 1);
}

/** Sets of resources that are kept bound: the two contents of a field, and those of the nodes it may be made from. */
const KEPT_SETS = 4;

/** `bind` of a kernel for one place, which is given the same few sets of resources in turn: the last ones stay bound. */
export function keepBound({ bind }: Kernel): Kernel['bind'] {
  const kept: [resources: Resources, groups: GPUBindGroup[]][] = [];
  return (resources) => {
    const index = kept.findIndex(([known]) =>
      Object.keys(resources).every((name) => resources[name] === known[name]),
    );
    const [found] = index < 0 ? [[resources, bind(resources)] as const] : kept.splice(index, 1);
    kept.unshift([...found]);
    kept.splice(KEPT_SETS);
    return found[1];
  };
}

/** Uniform blocks `args`, one slot a dispatch, in one buffer. */
export interface ArgumentSlots {
  /** Binding for `args` of that slot, the same object each time. */
  slot(index: number): GPUBufferBinding;
  /** Writes slots from `index` on, on the queue; ordered with later submissions. */
  write(index: number, ...values: Readonly<Record<string, number>>[]): void;
}

const SLOT_ALIGNMENT = 256;

/** Uniform slots for `count` dispatches of a kernel, owned by `scope`. */
export function createArguments(scope: Scope, kernel: Kernel, count = 1): ArgumentSlots {
  const size = kernel.argsLayout.byteLength;
  const stride = Math.ceil(size / SLOT_ALIGNMENT) * SLOT_ALIGNMENT;
  const usage = BufferUsage.uniform | BufferUsage.copyDst;
  const buffer = scope.buffer(`${kernel.label}/args`, stride * count, usage);
  const slots = Array.from({ length: count }, (_, index) => ({
    buffer,
    offset: index * stride,
    size,
  }));
  return {
    slot: (index) => slots[index],
    write(index, ...values) {
      const bytes = new Uint8Array(stride * values.length);
      values.forEach((own, i) => {
        bytes.set(new Uint8Array(packUniform(kernel.argsLayout, own)), i * stride);
      });
      scope.device.queue.writeBuffer(buffer, index * stride, bytes);
    },
  };
}
