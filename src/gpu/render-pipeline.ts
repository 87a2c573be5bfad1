import { assert } from '../errors.ts';
import type { ShaderModule, StructLayout } from '../wgsl/shader.ts';
import { compileShader, type Resources } from './layout.ts';

/** A render pipeline with the names of its bindings. */
export interface RenderPipeline {
  readonly label: string;
  readonly pipeline: GPURenderPipeline;
  /** Layout of the uniform block `args`. */
  readonly argsLayout: StructLayout;
  bind(resources: Resources): GPUBindGroup[];
}

const BLEND: GPUBlendState = {
  color: { srcFactor: 'src-alpha', dstFactor: 'one-minus-src-alpha' },
  alpha: { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' },
};

/**
 * A pipeline of one vertex and one fragment entry point that paints over what is there by its alpha.
 *
 * @throws ShaderError naming source file and line if it does not compile.
 */
export async function createRenderPipeline(
  device: GPUDevice,
  shader: ShaderModule,
  entries: readonly [vertex: string, fragment: string],
  format: GPUTextureFormat,
): Promise<RenderPipeline> {
  const compiled = await compileShader(device, shader, entries, {});
  const label = `ftle-map/${entries[0]}`;
  const { module, layout } = compiled;
  const pipeline = await device.createRenderPipelineAsync({
    label,
    layout,
    vertex: { module, entryPoint: entries[0] },
    fragment: { module, entryPoint: entries[1], targets: [{ format, blend: BLEND }] },
    primitive: { topology: 'triangle-list' },
  });
  const args = shader.entries
    .flatMap((entry) => entry.bindings)
    .find((binding) => binding.name === 'args');
  assert(args, `${shader.file} has no uniform block args`);
  const argsLayout = shader.structs[args.type];
  return { label, pipeline, argsLayout, bind: (resources) => compiled.bind(resources) };
}
