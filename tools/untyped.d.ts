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

// Its declarations leave out what programs call.
declare module '@custom-elements-manifest/analyzer' {
  import ts from 'typescript';
  export { ts };
  export function create(options: {
    modules: readonly ts.SourceFile[];
    plugins: readonly object[];
    context: { dev: boolean };
  }): never;
}

declare module '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js' {
  export function litPlugin(): object[];
}

declare module '*.css';
