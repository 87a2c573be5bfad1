import { PbfReader } from 'pbf';
import { DataError } from '../errors.ts';
import { quote } from './show.ts';

/** What an ONNX file says, as far as dense networks need it. Field numbers: onnx/onnx.proto. */
export interface OnnxModel {
  /** Who wrote it, such as `pytorch 2.15.0`; may be empty. */
  readonly producer: string;
  /** Version of each operator set, by domain; the standard one is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

export interface OnnxNode {
  /** May be empty. */
  readonly name: string;
  readonly operator: string;
  /** '' is the standard domain. */
  readonly domain: string;
  /** Names of values; '' where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly name: string;
  readonly float: number;
  readonly integer: number;
  readonly text: string;
  readonly tensor: OnnxTensor | null;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
}

/** A tensor whose numbers are still as the file has them: one of `raw`, `numbers` and `external`. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** TensorProto.DataType */
  readonly type: number;
  /** Little-endian; a view of the file. */
  readonly raw: Uint8Array | null;
  readonly numbers: readonly number[];
  /** Where the numbers lie in another file, by key: location, offset, length. */
  readonly external: ReadonlyMap<string, string> | null;
}

export interface OnnxInput {
  readonly name: string;
  /** null: unknown; a null entry is open, such as the batch size. */
  readonly shape: readonly (number | null)[] | null;
}

/** Most nodes, attributes, tensors, … of one file: objects take far more memory than their bytes. */
const MAXIMAL_MESSAGES = 2 ** 16;

const MAXIMAL_DIMENSIONS = 16;

/** Most inputs of a node, and most outputs. */
const MAXIMAL_OPERANDS = 1024;

/** Most numbers in lists, which take eight bytes each; tensors mostly are raw bytes. */
const MAXIMAL_NUMBERS = 2 ** 25;

/**
 * Reads the protobuf of an ONNX file from an untrusted source.
 *
 * @throws DataError if it is none, or damaged: names the message and the byte.
 *
 * Cost: one pass; tensors stay views of `bytes`, lists of numbers take eight bytes each.
 */
export function readOnnxModel(bytes: Uint8Array): OnnxModel {
  const source: Source = {
    reader: new PbfReader(bytes),
    messageCount: 0,
    numberCount: 0,
    place: 'model',
  };
  try {
    return readModel(source, bytes.length);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const { reader, place } = source;
    throw new DataError(
      `${place} is damaged at byte ${Math.min(reader.pos, bytes.length)} of ${bytes.length} (${(cause as Error).message}): is this an ONNX file, and complete?`,
      { cause },
    );
  }
}

interface Source {
  readonly reader: PbfReader;
  messageCount: number;
  numberCount: number;
  /** The message that is being read, such as `graph.node[3]`. */
  place: string;
}

/** Wire types of protobuf. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

interface Field {
  readonly wire: keyof typeof WIRE;
  /** Whether it may also be packed: many values, of a stated length. */
  readonly isList?: boolean;
  /** @param end - where the value ends, for wire types of a stated length. */
  read(end: number): void;
}

type Fields = Readonly<Record<number, Field>>;

/** Reads a message up to `end`; fields that are not listed are skipped. */
function readMessage(source: Source, end: number, place: string, fields: Fields): void {
  const { reader } = source;
  const outer = source.place;
  source.place = place;
  if (++source.messageCount > MAXIMAL_MESSAGES) {
    throw new DataError(
      `${place}: the file has more than ${MAXIMAL_MESSAGES} nodes, tensors and attributes, which no dense network needs`,
    );
  }
  while (reader.pos < end) {
    const number = reader.nextField(end);
    if (number === 0) throw new Error('field number 0');
    const field = Object.hasOwn(fields, number) ? fields[number] : null;
    readField(source, end, number, field);
  }
  source.place = outer;
}

function readField({ reader }: Source, end: number, number: number, field: Field | null): void {
  const wire = reader.type;
  if (field && wire !== WIRE[field.wire] && !(field.isList && wire === WIRE.bytes)) {
    throw new Error(`field ${number} has wire type ${wire}`);
  }
  if (wire === WIRE.bytes) {
    const valueEnd = reader.readVarint() + reader.pos;
    if (valueEnd > end) {
      throw new Error(
        `field ${number} claims ${valueEnd - reader.pos} bytes, but ${end - reader.pos} are left`,
      );
    }
    field?.read(valueEnd);
    if (reader.pos > valueEnd) throw new Error(`field ${number} runs past its end`);
    reader.pos = valueEnd;
  } else if (field) {
    field.read(reader.pos + 1);
  } else {
    reader.skip(wire);
  }
  if (reader.pos > end) throw new Error(`field ${number} runs past the end`);
}

function text({ reader }: Source, set: (value: string) => void): Field {
  return {
    wire: 'bytes',
    read: (end) => set(new TextDecoder().decode(reader.buf.subarray(reader.pos, end))),
  };
}

function bytes({ reader }: Source, set: (value: Uint8Array) => void): Field {
  return { wire: 'bytes', read: (end) => set(reader.buf.subarray(reader.pos, end)) };
}

function integer({ reader }: Source, set: (value: number) => void): Field {
  return { wire: 'varint', read: () => set(reader.readVarint(true)) };
}

function float({ reader }: Source, set: (value: number) => void): Field {
  return { wire: 'fixed32', read: () => set(reader.readFloat()) };
}

function message(set: (end: number) => void): Field {
  return { wire: 'bytes', read: set };
}

/** A repeated number, packed or one by one. */
function numbers(
  source: Source,
  type: 'signed' | 'unsigned' | 'float' | 'double',
  list: number[],
): Field {
  const { reader } = source;
  const next = (): number => {
    if (type === 'float') return reader.readFloat();
    return type === 'double' ? reader.readDouble() : reader.readVarint(type === 'signed');
  };
  const wire = type === 'float' ? 'fixed32' : type === 'double' ? 'fixed64' : 'varint';
  return {
    wire,
    isList: true,
    read(end) {
      while (reader.pos < end) {
        list.push(next());
        if (++source.numberCount > MAXIMAL_NUMBERS) {
          throw new DataError(
            `${source.place}: the file has more than ${MAXIMAL_NUMBERS} numbers in lists; save its tensors as raw data (onnx.numpy_helper.from_array)`,
          );
        }
      }
    },
  };
}

function readModel(source: Source, end: number): OnnxModel {
  const producer = { name: '', version: '' };
  const opsets = new Map<string, number>();
  let graph: Graph | null = null;
  readMessage(source, end, 'model', {
    2: text(source, (value) => (producer.name = value)),
    3: text(source, (value) => (producer.version = value)),
    7: message((graphEnd) => {
      if (graph)
        throw new DataError('model has two graphs, but must have one: is the file damaged?');
      graph = readGraph(source, graphEnd);
    }),
    8: message((opsetEnd) => {
      const opset = { domain: '', version: 0 };
      readMessage(source, opsetEnd, 'model.opset_import', {
        1: text(source, (value) => (opset.domain = value)),
        2: integer(source, (value) => (opset.version = value)),
      });
      opsets.set(standardDomain(opset.domain), opset.version);
    }),
  });
  if (!graph) throw new DataError('model has no graph: is this an ONNX file, and complete?');
  return { producer: `${producer.name} ${producer.version}`.trim(), opsets, ...(graph as Graph) };
}

/** The standard domain has two names. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

type Graph = Pick<OnnxModel, 'nodes' | 'initializers' | 'inputs' | 'outputs'>;

function readGraph(source: Source, end: number): Graph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxInput[] = [];
  const outputs: string[] = [];
  readMessage(source, end, 'graph', {
    1: message((e) => nodes.push(readNode(source, e, `graph.node[${nodes.length}]`))),
    5: message((e) => {
      initializers.push(readTensor(source, e, `graph.initializer[${initializers.length}]`));
    }),
    11: message((e) => inputs.push(readInput(source, e, `graph.input[${inputs.length}]`))),
    12: message((e) => outputs.push(readInput(source, e, `graph.output[${outputs.length}]`).name)),
    15: message(() => {
      throw new DataError(
        'graph.sparse_initializer: sparse tensors are not read; save the model with dense ones',
      );
    }),
  });
  return { nodes, initializers, inputs, outputs };
}

function readNode(source: Source, end: number, place: string): OnnxNode {
  const node = { name: '', operator: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  readMessage(source, end, place, {
    1: text(source, (value) => addOperand(inputs, value, `${place}.input`)),
    2: text(source, (value) => addOperand(outputs, value, `${place}.output`)),
    3: text(source, (value) => (node.name = value)),
    4: text(source, (value) => (node.operator = value)),
    5: message((attributeEnd) => {
      const attribute = readAttribute(source, attributeEnd, `${place}.attribute`);
      if (attributes.has(attribute.name)) {
        throw new DataError(`${place} has the attribute ${quote(attribute.name)} twice`);
      }
      attributes.set(attribute.name, attribute);
    }),
    7: text(source, (value) => (node.domain = standardDomain(value))),
  });
  return { ...node, inputs, outputs, attributes };
}

function addOperand(names: string[], name: string, place: string): void {
  if (names.push(name) <= MAXIMAL_OPERANDS) return;
  throw new DataError(
    `${place} has more than ${MAXIMAL_OPERANDS} names, which no dense network needs`,
  );
}

function readAttribute(source: Source, end: number, place: string): OnnxAttribute {
  const attribute = { name: '', float: 0, integer: 0, text: '', tensor: null as OnnxTensor | null };
  const floats: number[] = [];
  const integers: number[] = [];
  readMessage(source, end, place, {
    1: text(source, (value) => (attribute.name = value)),
    2: float(source, (value) => (attribute.float = value)),
    3: integer(source, (value) => (attribute.integer = value)),
    4: text(source, (value) => (attribute.text = value)),
    5: message((e) => (attribute.tensor = readTensor(source, e, `${place}.tensor`))),
    7: numbers(source, 'float', floats),
    8: numbers(source, 'signed', integers),
  });
  return { ...attribute, floats, integers };
}

function readTensor(source: Source, end: number, place: string): OnnxTensor {
  const tensor = { name: '', type: 0, raw: null as Uint8Array | null };
  const shape: number[] = [];
  const values: number[] = [];
  const external = new Map<string, string>();
  let isExternal = false;
  readMessage(source, end, place, {
    1: numbers(source, 'signed', shape),
    2: integer(source, (value) => (tensor.type = value)),
    3: message(() => {
      throw new DataError(`${place} is one segment of a tensor; save the model with whole tensors`);
    }),
    4: numbers(source, 'float', values),
    5: numbers(source, 'signed', values),
    7: numbers(source, 'signed', values),
    8: text(source, (value) => (tensor.name = value)),
    9: bytes(source, (value) => (tensor.raw = value)),
    10: numbers(source, 'double', values),
    11: numbers(source, 'unsigned', values),
    13: message((entryEnd) => {
      const entry = { key: '', value: '' };
      readMessage(source, entryEnd, `${place}.external_data`, {
        1: text(source, (value) => (entry.key = value)),
        2: text(source, (value) => (entry.value = value)),
      });
      external.set(entry.key, entry.value);
    }),
    14: integer(source, (value) => (isExternal = value === 1)),
  });
  if (shape.length > MAXIMAL_DIMENSIONS) {
    throw new DataError(
      `${place} has ${shape.length} dimensions, but may have ${MAXIMAL_DIMENSIONS} at most`,
    );
  }
  return { ...tensor, shape, numbers: values, external: isExternal ? external : null };
}

function readInput(source: Source, end: number, place: string): OnnxInput {
  let name = '';
  let shape: (number | null)[] | null = null;
  const readDimension = (dimensionEnd: number): void => {
    let length: number | null = null;
    readMessage(source, dimensionEnd, `${place}.type`, {
      1: integer(source, (value) => (length = value > 0 ? value : null)),
    });
    shape!.push(length);
  };
  const readShape = (shapeEnd: number): void => {
    shape = [];
    readMessage(source, shapeEnd, `${place}.type`, { 1: message(readDimension) });
  };
  const readTensorType = (typeEnd: number): void => {
    readMessage(source, typeEnd, `${place}.type`, { 2: message(readShape) });
  };
  readMessage(source, end, place, {
    1: text(source, (value) => (name = value)),
    2: message((typeEnd) => {
      readMessage(source, typeEnd, `${place}.type`, { 1: message(readTensorType) });
    }),
  });
  return { name, shape };
}
