import js from '@eslint/js';
import { configs as lit } from 'eslint-plugin-lit';
import litA11y from 'eslint-plugin-lit-a11y';
import { configs as wc } from 'eslint-plugin-wc';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Syntax that the style excludes everywhere. */
const NEVER = [
  { selector: 'TSEnumDeclaration', message: 'use a union of literals or an `as const` object' },
  {
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'handle the error or let it pass',
  },
];
const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'export it by name',
};

/** Globals that only a page has; just the element and the demo run in one. */
const PAGE_GLOBALS = [
  'navigator',
  'document',
  'window',
  'GPUBufferUsage',
  'GPUMapMode',
  'GPUShaderStage',
  'GPUTextureUsage',
];

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'test/golden/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...NEVER, NO_DEFAULT_EXPORT],
      'object-shorthand': 'error',
      'prefer-const': ['error', { destructuring: 'all' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Off: indexed reads are typed as if they always hit (noUncheckedIndexedAccess is false).
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Off: the rules of an op are functions in a plain object, none of which uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Off: an interface may be async where one of its implementations has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Off: messages quote whatever was given.
      '@typescript-eslint/no-base-to-string': 'off',
      // Off: sparse tables by name are cleared with `delete`, and abstract hooks may be empty.
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
    },
  },
  {
    files: ['src/**'],
    linterOptions: { noInlineConfig: true },
    rules: { 'no-restricted-globals': ['error', ...PAGE_GLOBALS] },
  },
  {
    files: ['src/element/**'],
    ...wc['flat/recommended'],
  },
  { files: ['src/element/**'], ...lit['flat/recommended'] },
  {
    files: ['src/element/**'],
    plugins: { 'lit-a11y': litA11y },
    rules: { ...litA11y.configs.recommended.rules, 'no-restricted-globals': 'off' },
  },
  {
    // Runs in the page that the command opens.
    files: ['src/cli/page.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['tools/**', 'demo/**', 'test/bench/**', 'src/cli/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['*.config.{ts,js}', 'demo/vite.config.ts', 'tools/*.config.ts', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': ['error', ...NEVER] },
  },
  {
    // JSON and package manifests are read as what they are known to be.
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Tests print worst ratios and quote known digits in full.
    files: ['test/**'],
    rules: { 'no-console': 'off', 'no-loss-of-precision': 'off' },
  },
  {
    // uPlot's enums exist in its types only: their numbers must be written out.
    files: ['demo/charts.ts'],
    rules: { '@typescript-eslint/no-unsafe-enum-assignment': 'off' },
  },
);
