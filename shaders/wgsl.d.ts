declare module '*.wgsl' {
  import type { ShaderModule } from '../src/wgsl/shader.ts';
  const shader: ShaderModule;
  export default shader;
}
