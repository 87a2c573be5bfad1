import boundaryShader from '../../shaders/render/boundary.wgsl';
import type { FieldRequest } from '../engine/engine.ts';
import type { GpuField } from '../engine/gpu-field.ts';
import { checkShader, type CheckedShader } from '../gpu/checked-shader.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, dispatch, type ArgumentSlots } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';

const WORKGROUP_SIDE = 8;
/** Room for a field of 8192 × 8192 with four straight boundaries; what is beyond it is not drawn. */
const CAPACITY = 65_536;

/** The decision boundary of a field as segments that stay on the GPU, found anew when the field changes. */
export class BoundaryLines {
  #resources: { segments: GPUBuffer; counters: GPUBuffer; args: ArgumentSlots } | null = null;
  #shown: GpuField['buffers'] | null = null;

  private constructor(
    private readonly scope: Scope,
    private readonly shader: CheckedShader,
  ) {}

  static async create(scope: Scope): Promise<BoundaryLines> {
    return new BoundaryLines(scope, await checkShader(scope.device, boundaryShader));
  }

  /** Segments and arguments of their draw for this content; records work if they are of another. */
  update(
    encoder: GPUCommandEncoder,
    buffers: GpuField['buffers'],
    { width, height }: FieldRequest,
  ): { readonly segments: GPUBuffer; readonly counters: GPUBuffer } {
    const { segments, counters, args } = (this.#resources ??= this.#allocate());
    if (buffers === this.#shown) return { segments, counters };
    this.#shown = buffers;
    const kernel = this.shader.kernel();
    const { statuses, outputs, outputWidth } = buffers;
    args.write(0, { width, height, outputWidth, capacity: CAPACITY });
    const words = Uint32Array.of(0, 1, 0, 0);
    this.scope.device.queue.writeBuffer(counters, 0, words);
    const pass = encoder.beginComputePass({ label: kernel.label });
    const groups = kernel.bind({ args: args.slot(0), statuses, outputs, segments, counters });
    const [columns, rows] = [width, height].map((n) => Math.ceil((n + 1) / WORKGROUP_SIDE));
    dispatch(pass, kernel, groups, [columns, rows]);
    pass.end();
    return { segments, counters };
  }

  #allocate() {
    const { storage, copyDst, indirect } = BufferUsage;
    return {
      segments: this.scope.buffer('boundary', CAPACITY * 16, storage),
      counters: this.scope.buffer('boundary-count', 16, storage | copyDst | indirect),
      args: createArguments(this.scope, this.shader.kernel()),
    };
  }
}
