import { create } from 'webgpu';

/**
 * A device of Dawn's null backend in Node: compiles shaders and checks layouts and pipelines as a
 * browser does, runs nothing, and needs neither a GPU nor a Vulkan library.
 */
export async function createNullDevice(
  requiredFeatures: GPUFeatureName[] = [],
): Promise<GPUDevice> {
  instance ??= create(['backend=null']);
  const adapter = await instance.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null adapter: is the package webgpu installed?');
  return adapter.requestDevice({ requiredFeatures });
}

// Dawn ends with its instance, so the module holds on to it.
let instance: GPU | undefined;
