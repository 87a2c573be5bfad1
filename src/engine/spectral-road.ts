import orthogonaliseShader from '../../shaders/kernels/orthogonalise.wgsl';
import spectrumShader from '../../shaders/kernels/spectrum.wgsl';
import { assert } from '../errors.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch } from '../gpu/kernel.ts';
import { readBuffer } from '../gpu/readback.ts';
import type { Scope } from '../gpu/scope.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { Plane } from '../model/plane.ts';
import { blockCount, BLOCK } from '../ops/op.ts';
import { opRules } from '../ops/registry.ts';
import { spectralStart, startShape, type SpectralStart } from '../reference/spectral-start.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';
import {
  COLUMN_LANES,
  createTangentColumns,
  type PointSource,
  type PointTargets,
  type TangentColumns,
} from './tangent-columns.ts';

/** Sweeps after which Jacobi rotations have converged: quadratically, so few are ever needed. */
const MOST_SWEEPS = 12;
/** Cosine between columns that counts as 0, for up to 64 rows; rounding grows with their number. */
const TOLERANCE = 1e-6;
const LANES = 64;

/** What the rows of results hold. */
export interface SpectrumShape {
  readonly exponentCount: number;
  /** The stretching direction's components in a plane. */
  readonly isProjected: boolean;
  /** The stretching direction itself, along the tangents of the start. */
  readonly hasDirection: boolean;
}

/** Exponents over all input directions: all tangents that the network can tell apart, then Jacobi. */
export interface Spectrum {
  readonly columns: TangentColumns;
  readonly rowLength: number;
  /** What the seeds stand for, of the parameters at the last `prepare`. */
  readonly start: SpectralStart;
  /**
   * Takes over the present parameters. Where the first layer's width bounds the work, its weights are read
   * back, and factored on the CPU if they are others than at the last call.
   */
  prepare(plane: Plane | null): Promise<void>;
  record(
    pass: GPUComputePassEncoder,
    source: Pick<PointSource, 'places' | 'grid'>,
    targets: PointTargets,
    place: LayerPlace,
    first: number,
    end: number,
  ): void;
}

export async function createSpectrum(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
  shape: SpectrumShape,
): Promise<Spectrum> {
  const { device, network } = model;
  const { program, outputWidth } = network;
  const { ops } = program;
  const { opCount, sideCount } = startShape(program);
  let start: SpectralStart | null = null;
  /** What `start` was made of, bit for bit. */
  let weights = new Uint32Array();
  const pairLanes = slow
    ? 1
    : Math.min(LANES, 2 ** Math.ceil(Math.log2(Math.max(1, sideCount / 2))));
  const [columns, orthogonalise, spectrum] = await Promise.all([
    // The squares of lengths take a block a side.
    createTangentColumns(scope, model, slow, { sideCount, opCount, extraBlocks: 1 }),
    createKernel(device, orthogonaliseShader, {
      overrides: { POINT_LANES: slow ? 4 : LANES / pairLanes, PAIR_LANES: pairLanes },
    }),
    createKernel(device, spectrumShader),
  ]);
  const seedBlocks = blockCount(sideCount);
  const usage = BufferUsage.storage | BufferUsage.copyDst;
  const seeds = scope.buffer('seeds', sideCount * seedBlocks * BLOCK * 4, usage);
  const projections = scope.buffer('projections', 2 * sideCount * 4, usage);
  const sweepArgs = createArguments(scope, orthogonalise, MOST_SWEEPS);
  const args = createArguments(scope, spectrum);
  const { exponentCount, isProjected, hasDirection } = shape;
  const rowLength = exponentCount + (isProjected ? 2 : 0) + (hasDirection ? sideCount : 0);
  let seedTop = 0;

  return {
    columns,
    rowLength,
    get start() {
      assert(start, 'the start is used before prepare()');
      return start;
    },
    async prepare(plane) {
      const present = opCount > 0 ? await readFirst(model) : weights;
      if (!start || present.some((word, i) => word !== weights[i])) {
        start = spectralStart(program, new Float32Array(present.buffer));
        weights = present;
        const values = new Float32Array(sideCount * seedBlocks * BLOCK);
        start.columns.forEach((column, j) => values.set(column, j * seedBlocks * BLOCK));
        seedTop = new Uint32Array(Float32Array.of(largest(values)).buffer)[0];
        device.queue.writeBuffer(seeds, 0, values);
      }
      if (plane) {
        const { u, v } = plane;
        const components = [...componentsOf(start, u), ...componentsOf(start, v)];
        device.queue.writeBuffer(projections, 0, Float32Array.from(components));
      }
    },
    record(pass, source, targets, place, first, end) {
      assert(place.opCount > opCount, 'the exponent lies behind the start of the tangents');
      const { stride } = columns;
      columns.record(pass, { ...source, seeds, seedPlace: 0, seedTop }, place.opCount, first, end);
      const blocks = blockCount(ops[place.opCount - 1].outputWidth);
      const topPlace = columns.topPlace(place.opCount);
      const common = {
        columnStride: stride,
        sideCount,
        matrixOffset: columns.tangentOffset(place.opCount),
        // The slot that the last op has read is free; so is that of the next op at the network's end.
        workOffset: columns.tangentOffset(place.opCount + 1),
        blocks,
        topPlace,
      };
      const { tangents, tops, states, powers } = columns;
      const pointLanes = slow ? 4 : LANES / pairLanes;
      for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        sweepArgs.write(sweep, {
          ...common,
          columnCount: end - first,
          flagPlace: (topPlace + 1) % 3,
          sweep,
          tolerance: TOLERANCE * Math.sqrt(1 + (blocks * BLOCK) / 64),
        });
        const bound = orthogonalise.bind({ args: sweepArgs.slot(sweep), tangents, tops });
        dispatch(pass, orthogonalise, bound, [Math.ceil((end - first) / pointLanes)]);
      }
      args.write(0, {
        ...common,
        firstPoint: first,
        endPoint: end,
        squareOffset: columns.extraOffset,
        outputOffset: columns.stateOffset(ops.length),
        outputWidth,
        exponentCount,
        isProjected: isProjected ? 1 : 0,
        hasDirection: hasDirection ? 1 : 0,
        rowLength,
        span: place.span,
        rank: place.rank,
      });
      const own = { args: args.slot(0), states, tangents, tops, powers, projections };
      const bound = spectrum.bind({ ...own, ...targets });
      dispatch(pass, spectrum, bound, [Math.ceil((end - first) / COLUMN_LANES)]);
    },
  };
}

/** The road of fields over all input directions; rows are λ₁, λ₂, ds, dt. */
export async function createSpectralRoad(
  scope: Scope,
  model: GpuModel,
  slow: boolean,
): Promise<FieldRoad> {
  const shape = { exponentCount: 2, isProjected: true, hasDirection: false };
  const spectrum = await createSpectrum(scope, model, slow, shape);
  return {
    name: 'spectral',
    capacity: spectrum.columns.stride,
    prepare: ({ vectors }) => spectrum.prepare(vectors),
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      const { exponents: rows, statuses, outputs, width } = buffers;
      const source = { places: plane, grid: { coordinates, width } };
      spectrum.record(pass, source, { rows, statuses, outputs }, place, first, end);
    },
  };
}

/** The first op's parameters, and what stands before them, as words. */
async function readFirst({
  device,
  network,
  parameters,
}: GpuModel): Promise<Uint32Array<ArrayBuffer>> {
  const [first] = network.program.ops;
  const length = first.parameterOffset + opRules(first).parameterLength(first);
  return new Uint32Array(
    await readBuffer(device, parameters.buffer, parameters.offset, 4 * length),
  );
}

function componentsOf({ basis, columns }: SpectralStart, vector: ArrayLike<number>): number[] {
  if (!basis) return Array.from(columns, (_, j) => vector[j]);
  return basis.map((direction) => direction.reduce((sum, value, i) => sum + value * vector[i], 0));
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
