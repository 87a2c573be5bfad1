import { PbfWriter } from 'pbf';

/** A model as the tests write it down; field numbers: onnx/onnx.proto. */
export interface ModelPlan {
  readonly nodes: readonly NodePlan[];
  readonly tensors?: Readonly<Record<string, TensorPlan>>;
  /** Lengths of axes by name; null is open. Default: x of [open, 2]. */
  readonly inputs?: Readonly<Record<string, readonly (number | null)[] | null>>;
  /** Default: y. */
  readonly outputs?: readonly string[];
  /** Default: 17. */
  readonly opset?: number;
}

/** `[operator or domain:operator, inputs, output or outputs, attributes, name]` */
export type NodePlan = readonly [
  operator: string,
  inputs: string,
  outputs: string,
  attributes?: Readonly<Record<string, AttributePlan>>,
  name?: string,
];

export type AttributePlan =
  { readonly float: number } | number | string | readonly number[] | TensorPlan;

export interface TensorPlan {
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly type?: keyof typeof TYPES;
  /** How the numbers are written; `raw` by default. */
  readonly storage?: 'raw' | 'field' | ExternalPlan;
  /** Overrides, to damage it. */
  readonly rawBytes?: Uint8Array;
  readonly typeNumber?: number;
}

export interface ExternalPlan {
  readonly location: string;
  readonly offset?: string;
  readonly length?: string;
}

const TYPES = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
  bf16: 16,
} as const;

export function encodeModel(plan: ModelPlan): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeStringField(2, 'test');
  writer.writeMessage(7, writeGraph, plan);
  writer.writeMessage(
    8,
    (version: number, out: PbfWriter) => {
      out.writeStringField(1, '');
      out.writeVarintField(2, version);
    },
    plan.opset ?? 17,
  );
  return writer.finish();
}

function writeGraph(plan: ModelPlan, out: PbfWriter): void {
  for (const node of plan.nodes) out.writeMessage(1, writeNode, node);
  for (const [name, tensor] of Object.entries(plan.tensors ?? {})) {
    out.writeMessage(5, writeTensor, { ...tensor, name });
  }
  for (const input of Object.entries(plan.inputs ?? { x: [null, 2] })) {
    out.writeMessage(11, writeInput, input);
  }
  for (const name of plan.outputs ?? ['y']) out.writeMessage(12, writeInput, [name, null]);
}

function words(list: string): string[] {
  return list === '' ? [] : list.split(' ').map((word) => (word === '-' ? '' : word));
}

function writeNode(node: NodePlan, out: PbfWriter): void {
  const [operator, inputs, outputs, attributes = {}, name = ''] = node;
  for (const input of words(inputs)) out.writeStringField(1, input);
  for (const output of words(outputs)) out.writeStringField(2, output);
  if (name !== '') out.writeStringField(3, name);
  const [domain, short] = operator.includes(':') ? operator.split(':') : ['', operator];
  out.writeStringField(4, short);
  for (const attribute of Object.entries(attributes))
    out.writeMessage(5, writeAttribute, attribute);
  if (domain !== '') out.writeStringField(7, domain);
}

function writeAttribute([name, value]: [string, AttributePlan], out: PbfWriter): void {
  out.writeStringField(1, name);
  const write = (type: number, field: () => void): void => {
    field();
    out.writeVarintField(20, type);
  };
  if (typeof value === 'number') write(2, () => out.writeVarintField(3, value));
  else if (typeof value === 'string') write(3, () => out.writeStringField(4, value));
  else if ('float' in value) write(1, () => out.writeFloatField(2, value.float));
  else if ('shape' in value)
    write(4, () => out.writeMessage(5, writeTensor, { ...value, name: '' }));
  else if (value.every(Number.isInteger)) write(7, () => out.writePackedVarint(8, [...value]));
  else write(6, () => out.writePackedFloat(7, [...value]));
}

function writeTensor(tensor: TensorPlan & { readonly name: string }, out: PbfWriter): void {
  const { name, shape, values = [], type = 'f32', storage = 'raw' } = tensor;
  out.writePackedVarint(1, [...shape]);
  out.writeVarintField(2, tensor.typeNumber ?? TYPES[type]);
  out.writeStringField(8, name);
  if (typeof storage === 'object') {
    for (const [key, value] of Object.entries(storage)) {
      out.writeMessage(
        13,
        (entry: string[], inner: PbfWriter) => {
          inner.writeStringField(1, entry[0]);
          inner.writeStringField(2, entry[1]);
        },
        [key, value as string],
      );
    }
    out.writeVarintField(14, 1);
  } else if (storage === 'raw') {
    out.writeBytesField(9, tensor.rawBytes ?? encodeNumbers(type, values));
  } else if (type === 'f32') out.writePackedFloat(4, [...values]);
  else if (type === 'f64') out.writePackedDouble(10, [...values]);
  else if (type === 'f16' || type === 'bf16') {
    out.writePackedVarint(5, values.map(type === 'f16' ? float16Bits : bfloat16Bits));
  } else if (type === 'i64') out.writePackedVarint(7, [...values]);
  else if (type === 'u32' || type === 'u64') out.writePackedVarint(11, [...values]);
  else out.writePackedVarint(5, [...values]);
}

/** The bytes of numbers, little-endian. */
export function encodeNumbers(type: keyof typeof TYPES, values: readonly number[]): Uint8Array {
  const lengths = { f64: 8, i64: 8, u64: 8, f32: 4, i32: 4, u32: 4, u8: 1, i8: 1, bool: 1 };
  const byteLength = (lengths as Readonly<Record<string, number>>)[type] ?? 2;
  const view = new DataView(new ArrayBuffer(byteLength * values.length));
  values.forEach((value, i) => {
    const at = i * byteLength;
    if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'f64') view.setFloat64(at, value, true);
    else if (type === 'f16') view.setUint16(at, float16Bits(value), true);
    else if (type === 'bf16') view.setUint16(at, bfloat16Bits(value), true);
    else if (byteLength === 8) view.setBigInt64(at, BigInt(value), true);
    else if (byteLength === 4) view.setInt32(at, value, true);
    else if (byteLength === 2) view.setInt16(at, value, true);
    else view.setInt8(at, value);
  });
  return new Uint8Array(view.buffer);
}

/** IEEE half precision of a number that it holds exactly, subnormal ones and infinities included. */
function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

function bfloat16Bits(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0] >>> 16;
}

function writeInput(
  [name, shape]: [string, readonly (number | null)[] | null],
  out: PbfWriter,
): void {
  out.writeStringField(1, name);
  if (shape === null) return;
  const writeDimension = (length: number | null, inner: PbfWriter): void => {
    if (length === null) inner.writeStringField(2, 'n');
    else inner.writeVarintField(1, length);
  };
  const writeShape = (axes: readonly (number | null)[], inner: PbfWriter): void => {
    for (const length of axes) inner.writeMessage(1, writeDimension, length);
  };
  const writeTensorType = (axes: readonly (number | null)[], inner: PbfWriter): void => {
    inner.writeVarintField(1, 1);
    inner.writeMessage(2, writeShape, axes);
  };
  out.writeMessage(
    2,
    (axes: readonly (number | null)[], inner: PbfWriter) => {
      inner.writeMessage(1, writeTensorType, axes);
    },
    shape,
  );
}
