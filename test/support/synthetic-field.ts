import { CpuField } from '../../src/engine/cpu-field.ts';
import { CpuModel } from '../../src/engine/cpu-model.ts';
import { CpuRidges } from '../../src/engine/cpu-ridges.ts';
import { Status, type Field, type FieldData, type Ridges } from '../../src/engine/engine.ts';
import type { FieldBuffers } from '../../src/engine/field-road.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuRidges } from '../../src/engine/gpu-ridges.ts';
import { BufferUsage } from '../../src/gpu/flags.ts';
import type { Scope } from '../../src/gpu/scope.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { coordinatePlane, pixelCentre, type Domain } from '../../src/model/plane.ts';

/** What a field has at one place; what is left out is λ₁ = λ₂ = 0, direction (1, 0), output 0, status good. */
export interface PixelValues {
  readonly exponent?: number;
  readonly secondExponent?: number;
  /** Angle of the stretching direction, radians. */
  readonly angle?: number;
  readonly outputs?: readonly number[];
  readonly status?: number;
}

/** A field with the values that a function gives at each pixel's centre. */
export function createFieldData(
  size: { readonly width: number; readonly height: number },
  domain: Domain,
  valuesAt: (s: number, t: number) => PixelValues,
): FieldData {
  const { width, height } = size;
  const count = width * height;
  const pixels = Array.from({ length: count }, (_, i) =>
    valuesAt(...pixelCentre(domain, width, height, i % width, Math.floor(i / width))),
  );
  const outputs = pixels.map((pixel) => pixel.outputs ?? [0]);
  const angles = pixels.map((pixel) => pixel.angle ?? 0);
  return {
    request: { plane: coordinatePlane(2), domain, width, height, layer: 'output' },
    span: 1,
    exponents: Float32Array.from(pixels, (pixel) => pixel.exponent ?? 0),
    secondExponents: Float32Array.from(pixels, (pixel) => pixel.secondExponent ?? 0),
    directions: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
    outputs: Float32Array.from(outputs.flat()),
    classes: Uint8Array.from(outputs, (values) =>
      values.length === 1 ? Number(values[0] > 0) : values.indexOf(Math.max(...values)),
    ),
    statuses: Uint8Array.from(pixels, (pixel) => pixel.status ?? Status.good),
  };
}

/** A live field of the CPU engine with this content. */
export function createCpuField(data: FieldData): CpuField {
  const field = new CpuField(new CpuModel(initialiseNetwork(parseArchitecture('2-1-1'), 1)));
  field.data = data;
  return field;
}

/** The same as the GPU engine keeps it; the buffers belong to `scope`. */
export function createGpuField(scope: Scope, data: FieldData): Field {
  const { width, height } = data.request;
  const count = width * height;
  const finite = (value: number): number => (Number.isFinite(value) ? value : -3e38);
  const exponents = new Float32Array(4 * count);
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const isGood = data.statuses[i] === Status.good;
    exponents[4 * i] = isGood ? finite(data.exponents[i]) : -3e38;
    exponents[4 * i + 1] = isGood ? finite(data.secondExponents[i]) : -3e38;
    exponents.set(data.directions.subarray(2 * i, 2 * i + 2), 4 * i + 2);
    words[i] = data.statuses[i] + 256 * data.classes[i];
  }
  const buffers: FieldBuffers = {
    exponents: upload(scope, 'exponents', exponents),
    statuses: upload(scope, 'statuses', words),
    outputs: upload(scope, 'outputs', data.outputs),
    width,
    height,
    outputWidth: data.outputs.length / count,
  };
  return Object.create(GpuField.prototype, {
    request: { value: data.request },
    buffers: { value: buffers },
  }) as Field;
}

/** A segment is six vertices of one draw, or an instance of six. */
export type SegmentDraw = 'vertices' | 'instances';

/** Ridges [count][4] of a field that one of the functions above made. */
export function createRidges(
  scope: Scope,
  field: Field,
  segments: Float32Array,
  draw: SegmentDraw,
): Ridges {
  if (field instanceof CpuField) {
    const ridges = new CpuRidges(field);
    ridges.segments = Float32Array.from(segments);
    return ridges;
  }
  const count = segments.length / 4;
  const [vertexCount, instanceCount] = draw === 'vertices' ? [6 * count, 1] : [6, count];
  const counters = Uint32Array.of(vertexCount, instanceCount, 0, 0, 0, 0, 0, 0);
  const buffers = {
    segments: upload(scope, 'segments', segments),
    counters: upload(scope, 'counters', counters, BufferUsage.indirect),
  };
  return Object.create(GpuRidges.prototype, {
    field: { value: field },
    buffers: { value: buffers },
  }) as Ridges;
}

function upload(
  scope: Scope,
  name: string,
  data: Float32Array | Uint32Array,
  usage = 0,
): GPUBuffer {
  const { storage, copyDst } = BufferUsage;
  const buffer = scope.buffer(name, data.byteLength, usage | storage | copyDst);
  scope.device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  return buffer;
}
