declare module '*.wgsl' {
  // A declared module cannot import relative paths, so the type is named in place.
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports
  const shader: import('../src/wgsl/shader.ts').ShaderModule;
  export default shader;
}
