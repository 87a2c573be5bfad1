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

/**
 * A shader file that is known to compile, for work whose pipelines depend on what a frame shows: each is
 * made at once when a frame first needs it, so that this frame has it, and kept. Owns nothing to free.
 */
export interface CheckedShader {
  /** Paints over what is there by the alpha of what the fragments give. */
  over(vertex: string, fragment: string, format: GPUTextureFormat): RenderPipeline;
  /** Replaces what is there. */
  replace(vertex: string, fragment: string, format: GPUTextureFormat): RenderPipeline;
  /** The file's compute entry point. */
  kernel(): Kernel;
}

const OVER: GPUBlendState = {
  color: { srcFactor: 'src-alpha', dstFactor: 'one-minus-src-alpha' },
  alpha: { srcFactor: 'one', dstFactor: 'one-minus-src-alpha' },
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
    blend?: GPUBlendState,
  ): RenderPipeline => {
    const key = [vertex, fragment, format, !!blend].join(' ');
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
          targets: [blend ? { format, blend } : { format }],
        },
        primitive: { topology: 'triangle-list' },
      });
      kept.set(key, (found = { ...described, pipeline }));
    }
    return found;
  };

  return {
    over: (vertex, fragment, format) => render(vertex, fragment, format, OVER),
    replace: (vertex, fragment, format) => render(vertex, fragment, format),
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
