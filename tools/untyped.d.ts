// The package's own `main` is CommonJS text in an ES module package, so Node can only load this file.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}

declare module 'eslint-plugin-lit-a11y' {
  import type { Linter } from 'eslint';
  const plugin: {
    rules: Record<string, never>;
    configs: { recommended: { rules: Linter.RulesRecord } };
  };
  export default plugin;
}

declare module '*.css';
