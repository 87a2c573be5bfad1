// accuracy.ts: exponents of the GPU against float64, at the very float32 points that the GPU used
//
//   error       |l·λ_GPU − l·λ_float64| of λ₁ and angle between stretching directions, at the last hidden
//               layer, over all pixels that are good in float64
//   one ulp     change of the float64 value when input or parameters move by one unit in the last place of
//               float32: what rounding the input alone may do, however the rest is computed
//
// Runs in the page that tools/accuracy.mjs opens, or on Dawn in Node (kernels-node.ts).
import { createGpuEngine } from '../../src/engine/gpu-engine.ts';
import type { ExponentSpace, FieldData } from '../../src/engine/engine.ts';
import type { FieldSettings } from '../../src/engine/open-roads.ts';
import { isSwiftShader } from '../../src/gpu/adapter.ts';
import { asError } from '../../src/errors.ts';
import { GpuField } from '../../src/engine/gpu-field.ts';
import { GpuModel } from '../../src/engine/gpu-model.ts';
import { likelyRoads } from '../../src/engine/road-choice.ts';
import { widestState } from '../../src/engine/layered-program.ts';
import { layerPlace } from '../../src/model/layer-choice.ts';
import type { Network } from '../../src/model/network.ts';
import { coordinatePlane } from '../../src/model/plane.ts';
import { describeTestAdapter, getBenchDevice } from '../support/device.ts';
import { takeFastestKernels } from '../support/fastest.ts';
import { comparedRoads } from './roads.ts';
import { accuracyCases, identity, type AccuracyCase, type WeightCache } from './accuracy-cases.ts';
import { TrueField, type Interpolated, type Measured } from './accuracy-errors.ts';

/** One row of the table: a network on a road, by one of its kernels. */
export interface AccuracyRow extends Measured {
  readonly name: string;
  readonly note: string;
  readonly road: string;
  /**
   * Whether it is the last kernel of the road that the engine takes first. On a software adapter there is no other; on a GPU
   * it may end with one that it has measured to be faster.
   */
  readonly isLikeliest: boolean;
}

/** A field with a tolerance, on the engine's road. */
export interface InterpolatedRow extends Interpolated {
  readonly name: string;
  readonly side: number;
  readonly tolerance: number;
}

/** All that was found of one network. */
export interface AccuracyResult {
  readonly rows: readonly AccuracyRow[];
  readonly interpolated: readonly InterpolatedRow[];
  readonly seconds: number;
}

/** A network that could not be measured. */
export interface AccuracyFailure {
  readonly names: readonly string[];
  readonly reason: string;
}

/** All that was found. */
export interface AccuracyReport extends Omit<AccuracyResult, 'seconds'> {
  readonly adapter: string;
  readonly date: string;
  readonly failures: readonly AccuracyFailure[];
}

const EXTENT = 1.8;
const DOMAIN = { sMin: -EXTENT, tMin: -EXTENT, sMax: EXTENT, tMax: EXTENT };
const TOLERANCES = [0.1, 0.02, 0.004];
const TOLERANT_SIDE = 128;
/** Rows up to which the first kernel of the wide road is one of its own, for four points an invocation. */
const FEW_WIDE_ROWS = 64;

/**
 * Measures all cases whose name contains a text, on all roads that can take them. One that fails costs its own rows
 * alone.
 *
 * @param onResult - called after each case.
 */
export async function measureAll(
  only: string,
  cache: WeightCache,
  onResult: (result: AccuracyResult, name: string) => void | Promise<void>,
): Promise<AccuracyReport> {
  const { name: adapter } = await describeTestAdapter();
  const date = new Date().toISOString().slice(0, 10);
  const rows: AccuracyRow[] = [];
  const interpolated: InterpolatedRow[] = [];
  const failures: AccuracyFailure[] = [];
  for (const { name } of accuracyCases()) {
    if (!name.includes(only)) continue;
    try {
      const result = await measure(name, cache);
      rows.push(...result.rows);
      interpolated.push(...result.interpolated);
      await onResult(result, name);
    } catch (cause) {
      failures.push({ names: [name], reason: asError(cause).message });
    }
  }
  return { adapter, date, rows, interpolated, failures };
}

async function measure(name: string, cache: WeightCache): Promise<AccuracyResult> {
  const start = performance.now();
  const device = await getBenchDevice();
  const { software: slow } = await describeTestAdapter();
  const adapter = { slow, isSwiftShader: isSwiftShader(device) };
  const engine = createGpuEngine(device, { description: '', slow });
  try {
    const item = accuracyCases().find((candidate) => candidate.name === name)!;
    const { network, note } = await item.make(engine, cache);
    const rows: AccuracyRow[] = [];
    const expected = new TrueField(network, await gpuPoints(item.side), item.space);
    for (const variant of variantsOf(network, adapter, item.space)) {
      const data = await computeField(network, item, variant);
      const { label: road, isLikeliest } = variant;
      rows.push({ name, note, road, isLikeliest, ...expected.compare(data) });
    }
    const interpolated = item.isTolerant ? await interpolate(name, network, slow) : [];
    return { rows, interpolated, seconds: (performance.now() - start) / 1000 };
  } finally {
    engine.dispose();
  }
}

/** The points of the grid as the GPU has them: what a network that changes nothing gives out. */
async function gpuPoints(side: number): Promise<Float32Array> {
  const { software: slow } = await describeTestAdapter();
  const grid = { side, space: 'plane' } as const;
  const { outputs } = await computeField(identity(1), grid, { settings: { slow }, isFirst: true });
  return outputs;
}

/** A kernel that a field can come from. */
interface Variant {
  readonly settings: FieldSettings;
  /** The road's kernel before the faster one has been compiled. */
  readonly isFirst: boolean;
  readonly label: string;
  readonly isLikeliest: boolean;
}

/** What the kernels of a road depend on. */
export interface AdapterKind {
  /** A software adapter. */
  readonly slow: boolean;
  readonly isSwiftShader: boolean;
}

/** Every kernel that takes the network; on a software adapter fused has two, and on SwiftShader wide. */
export function variantsOf(
  network: Network,
  { slow, isSwiftShader }: AdapterKind,
  space: ExponentSpace,
): Variant[] {
  if (space === 'full') {
    return [{ settings: { slow }, isFirst: false, label: 'spectral', isLikeliest: true }];
  }
  const { program, depth } = network;
  const place = layerPlace(network, depth);
  const [likeliest] = likelyRoads(program, place, slow);
  // Beyond those rows the wide road begins by-op, and its second kernel follows after much work.
  const isWide = widestState(program) > FEW_WIDE_ROWS;
  return comparedRoads(network, slow).flatMap((road): Variant[] => {
    const settings = { slow, road };
    const last = { settings, isFirst: false, label: road, isLikeliest: road === likeliest };
    const first = { ...last, label: `${road}, first kernel`, isLikeliest: false };
    const hasFirst = slow && (road === 'fused' || (road === 'wide' && isSwiftShader));
    if (hasFirst && road === 'wide' && isWide) {
      const much = { ...last, settings: { ...settings, muchWork: 0 } };
      return [{ ...first, settings: { ...settings, muchWork: Infinity } }, much];
    }
    return hasFirst ? [{ ...first, isFirst: true }, last] : [last];
  });
}

async function computeField(
  network: Network,
  { side, space }: Pick<AccuracyCase, 'side' | 'space'>,
  { settings, isFirst }: Pick<Variant, 'settings' | 'isFirst'>,
  tolerance?: number,
): Promise<FieldData> {
  const model = new GpuModel(await getBenchDevice(), network);
  const field = await GpuField.create(model, settings);
  const request = {
    plane: coordinatePlane(network.inputWidth),
    domain: DOMAIN,
    width: side,
    height: side,
    layer: network.depth || ('output' as const),
    space,
    ...(tolerance === undefined ? {} : { tolerance }),
  };
  try {
    if (!isFirst) await takeFastestKernels(field, request);
    await field.compute(request);
    return await field.read();
  } finally {
    field.dispose();
    model.dispose();
  }
}

/** Fields of which the smooth parts are interpolated. */
async function interpolate(
  name: string,
  network: Network,
  slow: boolean,
): Promise<InterpolatedRow[]> {
  const side = TOLERANT_SIDE;
  const grid = { side, space: 'plane' } as const;
  const expected = new TrueField(network, await gpuPoints(side), 'plane');
  const rows: InterpolatedRow[] = [];
  for (const tolerance of TOLERANCES) {
    const variant = { settings: { slow }, isFirst: false };
    const data = await computeField(network, grid, variant, tolerance);
    rows.push({ name, side, tolerance, ...expected.compareWithin(data, tolerance) });
  }
  return rows;
}
