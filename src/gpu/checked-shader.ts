import { assert } from '../errors.ts';
import type { ShaderModule, StructLayout } from '../wgsl/shader.ts';
import type { Kernel } from './kernel.ts';
import { compileModule, layoutEntries, type Resources } from './layout.ts';

/** A render pipeline with the names of its bindings. */
export interface RenderPipeline {
  readonly label: string;
  readonly pipeline: GPURenderPipeline;
  /** Layout of the uniform block `args`. */
  readonly argsLayout: StructLayout;
  bind(resources: Resources): GPUBindGroup[];
}

/** How a fragment meets what is there: by its alpha, by the smaller or the larger of each channel, or not. */
export type Blending = 'over' | 'darken' | 'lighten' | 'replace';

/** How a fragment in space meets what is nearer: it hides what is behind it, or is only hidden itself. */
export type DepthUse = 'hides' | 'hidden';

/** Of what is drawn in space: samples a pixel, and the format of the depths. */
export const SPACE = { sampleCount: 4, depthFormat: 'depth24plus' } as const;

/**
 * A shader file that is known to compile, for work whose pipelines depend on what a frame shows: each is
 * made at once when a frame first needs it, so that this frame has it, and kept. Owns nothing to free.
 */
export interface CheckedShader {
  /**
   * A pipeline of two entry points onto one target; the same for the same arguments.
   *
   * @param depth - of what is drawn in space, onto targets as {@link SPACE} says.
   */
  render(
    vertex: string,
    fragment: string,
    format: GPUTextureFormat,
    blending?: Blending,
    depth?: DepthUse,
  ): RenderPipeline;
  /** The file's compute entry point. */
  kernel(): Kernel;
}

const extreme = (operation: 'min' | 'max'): GPUBlendState => {
  const component = { operation, srcFactor: 'one', dstFactor: 'one' } as const;
  return { color: component, alpha: component };
};

const BLEND_STATES: Readonly<Record<Exclude<Blending, 'replace'>, GPUBlendState>> = {
  over: {
    color: { srcFactor: 'src-alpha', dstFactor: 'one-minus-src-alpha' },
    alpha: { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' },
  },
  darken: extreme('min'),
  lighten: extreme('max'),
};

const cache = new WeakMap<GPUDevice, Map<string, Promise<CheckedShader>>>();

/**
 * Compiles a shader without constants to set, once per device.
 *
 * @throws ShaderError naming source file and line if it does not compile.
 */
export function checkShader(device: GPUDevice, shader: ShaderModule): Promise<CheckedShader> {
  let shaders = cache.get(device);
  if (!shaders) cache.set(device, (shaders = new Map<string, Promise<CheckedShader>>()));
  let checked = shaders.get(shader.file);
  if (!checked) {
    checked = compileModule(device, shader, {}).then((module) => create(device, shader, module));
    shaders.set(shader.file, checked);
    checked.catch(() => shaders.delete(shader.file));
  }
  return checked;
}

function create(device: GPUDevice, shader: ShaderModule, module: GPUShaderModule): CheckedShader {
  const kept = new Map<string, RenderPipeline>();
  let kernel: Kernel | null = null;

  const describe = (entryNames: readonly string[]) => {
    const { layout, bind } = layoutEntries(device, shader, entryNames);
    const args = shader.entries
      .flatMap((entry) => entry.bindings)
      .find((binding) => binding.name === 'args');
    assert(args, `${shader.file} has no uniform block args`);
    const label = `ftle-map/${entryNames.join('/')}`;
    return { label, layout, bind, argsLayout: shader.structs[args.type] };
  };

  const render = (
    vertex: string,
    fragment: string,
    format: GPUTextureFormat,
    blending: Blending = 'replace',
    depth?: DepthUse,
  ): RenderPipeline => {
    const key = [vertex, fragment, format, blending, depth].join(' ');
    let found = kept.get(key);
    if (!found) {
      const { layout, ...described } = describe([vertex, fragment]);
      const pipeline = device.createRenderPipeline({
        label: described.label,
        layout,
        vertex: { module, entryPoint: vertex },
        fragment: {
          module,
          entryPoint: fragment,
          targets: [
            blending === 'replace' ? { format } : { format, blend: BLEND_STATES[blending] },
          ],
        },
        primitive: { topology: 'triangle-list' },
        ...(depth && {
          depthStencil: {
            format: SPACE.depthFormat,
            depthCompare: 'less-equal',
            depthWriteEnabled: depth === 'hides',
          },
          multisample: { count: SPACE.sampleCount },
        }),
      });
      kept.set(key, (found = { ...described, pipeline }));
    }
    return found;
  };

  return {
    render,
    kernel() {
      if (kernel) return kernel;
      const entry = shader.entries.find((candidate) => candidate.stage === 'compute');
      assert(entry, `${shader.file} has no compute entry point`);
      const { layout, ...described } = describe([entry.name]);
      const pipeline = device.createComputePipeline({
        label: described.label,
        layout,
        compute: { module, entryPoint: entry.name },
      });
      return (kernel = { ...described, pipeline });
    },
  };
}
