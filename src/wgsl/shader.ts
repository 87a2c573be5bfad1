/** What the build makes of one `.wgsl` file: text with its includes, and what the text declares. */
export interface ShaderModule {
  /** Path relative to `shaders/`, for labels and error messages. */
  readonly file: string;
  /** Text with every `@use` and `@each` resolved; constants still at their written value. */
  readonly code: string;
  /** Runs of lines, ascending. */
  readonly lines: readonly LineRun[];
  /** Entry points in the order of the text; none for a library file. */
  readonly entries: readonly ShaderEntry[];
  /** Uniform structs by name. */
  readonly structs: Readonly<Record<string, StructLayout>>;
  /** Values of `const NAME = literal;` lines, by name. */
  readonly constants: Readonly<Record<string, number>>;
}

/** From composed line `start` (from 1) on, lines are those of `file` from `line` on. A list: bundles have hundreds. */
export type LineRun = readonly [start: number, file: string, line: number];

export interface ShaderEntry {
  readonly name: string;
  readonly stage: 'compute' | 'vertex' | 'fragment';
  /** Bindings that this entry point uses, directly or through functions; by group, then binding. */
  readonly bindings: readonly ShaderBinding[];
  readonly overrides: readonly string[];
}

export interface ShaderBinding {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly kind: 'uniform' | 'read' | 'read_write' | 'texture' | 'sampler';
  /** Struct name for uniforms. */
  readonly type: string;
}

/** Byte layout of a uniform struct of scalars. */
export interface StructLayout {
  readonly byteLength: number;
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
  readonly offset: number;
}
