import type { RenderPipeline } from '../gpu/checked-shader.ts';
import { BufferUsage } from '../gpu/flags.ts';
import type { Resources } from '../gpu/layout.ts';
import type { Scope } from '../gpu/scope.ts';
import { packUniform } from '../wgsl/pack.ts';

/** A pipeline in use, with its uniform block and what was bound last. */
interface LayerState {
  readonly pipeline: RenderPipeline;
  readonly args: GPUBuffer;
  resources: Resources;
  groups: readonly GPUBindGroup[];
}

/** What a picture is made of: pipelines by name, made when they are first needed. */
export class LayerSet<Layer extends string> {
  readonly #states = new Map<Layer, LayerState>();

  constructor(
    private readonly scope: Scope,
    private readonly createPipeline: (layer: Layer) => RenderPipeline,
  ) {}

  /** Sets a layer up for the draw to come; a layer is used once a submission. */
  use(
    pass: GPURenderPassEncoder,
    layer: Layer,
    values: Readonly<Record<string, number>>,
    resources: Resources,
  ): void {
    const state = this.reserve(layer);
    const { pipeline, args } = state;
    this.scope.device.queue.writeBuffer(args, 0, packUniform(pipeline.argsLayout, values));
    if (!isSame(resources, state.resources)) {
      state.resources = resources;
      state.groups = pipeline.bind({ args, ...resources });
    }
    pass.setPipeline(pipeline.pipeline);
    state.groups.forEach((group, index) => pass.setBindGroup(index, group));
  }

  /** Makes the pipeline of a layer, before it is needed. */
  reserve(layer: Layer): LayerState {
    const known = this.#states.get(layer);
    if (known) return known;
    const pipeline = this.createPipeline(layer);
    const usage = BufferUsage.uniform | BufferUsage.copyDst;
    const args = this.scope.buffer(layer, pipeline.argsLayout.byteLength, usage);
    const state: LayerState = { pipeline, args, resources: {}, groups: [] };
    this.#states.set(layer, state);
    return state;
  }
}

function isSame(a: Resources, b: Resources): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
