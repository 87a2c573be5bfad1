import type { Dataset } from '../data/dataset.ts';
import type { Network } from '../model/network.ts';
import type { Domain, Plane } from '../model/plane.ts';
import type { Loss, TrainingOptions } from '../model/training.ts';

export type { Loss, Optimizer, TrainingOptions } from '../model/training.ts';

/** Layer at which exponents are taken: 1 to depth for a hidden layer, or the network's output. */
export type LayerChoice = number | 'output';

/** What to compute: exponents over a rectangle of a plane, one value a pixel. */
export interface FieldRequest {
  readonly plane: Plane;
  /** Pixel centres lie at sMin + (column + ½)(sMax − sMin)/width, likewise t, which points up. */
  readonly domain: Domain;
  /** Pixels, 1 to 8192 each. */
  readonly width: number;
  readonly height: number;
  readonly layer: LayerChoice;
  /** Input directions that exponents are over: the plane's two, which is the default, or all. */
  readonly space?: ExponentSpace;
  /**
   * Error of l·λ₁ that is welcome where it saves time; 0, the default, computes every pixel. On a GPU every
   * fourth pixel is computed then, and all where λ₁ bends or classes meet; the others are interpolated, and
   * about one in a thousand is off by more. λ₂, directions and outputs are interpolated likewise.
   */
  readonly tolerance?: number;
  /**
   * For live pictures. Of the pixels that are computed for a tolerance, three in four are means of their neighbours
   * instead. Without a tolerance it changes nothing.
   */
  readonly draft?: boolean;
}

/** `plane`: σ_i of J restricted to u and v. `full`: σ_i of J itself, over all input directions. */
export type ExponentSpace = 'plane' | 'full';

/** What to compute at each point of a list. */
export interface PointsRequest {
  readonly layer: LayerChoice;
  /** Exponents within this plane, at points anywhere; or `full`, over all input directions. */
  readonly space: Plane | 'full';
  /** λ₁ to λ_k. At least 1; at most 2 within a plane. Those beyond the rank of J are −Infinity. */
  readonly exponentCount: number;
  /** Whether stretching directions are wanted. */
  readonly directions: boolean;
}

/** What was computed at points of a list, in their order. */
export interface PointsData {
  readonly request: PointsRequest;
  readonly span: number;
  /**
   * λ₁ ≥ λ₂ ≥ …, [count][exponentCount]; −Infinity where the status is not good. The error of λ_i is e^(l·(λ₁ − λ_i))
   * times that of λ₁.
   */
  readonly exponents: Float32Array;
  /**
   * The direction of λ₁ as an input vector [count][inputWidth], unit, its largest component positive; 0
   * where the status is not good. Null if it was not asked for.
   */
  readonly directions: Float32Array | null;
  /** [count][outputWidth] */
  readonly outputs: Float32Array;
  readonly classes: Uint8Array | Uint16Array;
  readonly statuses: Uint8Array;
}

/** Exponents at points of lists, for a model with the parameters that it has at each call. */
export interface Evaluator {
  readonly model: Model;
  readonly request: PointsRequest;
  /**
   * @param points - [count][inputWidth], any count, in input units; memory grows with it, so long lists
   *   are given in parts.
   * @throws DataError if the length is no multiple of the input width or a number is not finite.
   */
  evaluate(points: Float32Array, options?: ComputeOptions): Promise<PointsData>;
  dispose(): void;
}

/** Status of a pixel. */
export const Status = {
  good: 0,
  /** J = 0: λ₁ is −Infinity. */
  collapsed: 1,
  /** Numbers left the range of float32 (or float64): λ is −Infinity and means nothing. */
  overflow: 2,
} as const;

/** A computed field on the CPU. Row 0 is the lowest t. */
export interface FieldData {
  readonly request: FieldRequest;
  /** λ is the log of a singular value divided by span; the layer index l for layers of dense type. */
  readonly span: number;
  /** λ₁ in the space of the request, [height][width]; −Infinity where the status is not good. */
  readonly exponents: Float32Array;
  /**
   * λ₂ in the space of the request; −Infinity where the Jacobian has rank one. Its error is e^(l·(λ₁ − λ₂)) times that
   * of λ₁: on a GPU it says nothing where l·(λ₁ − λ₂) is beyond 12, on the CPU beyond 30.
   */
  readonly secondExponents: Float32Array;
  /**
   * Maximal stretching direction (ds, dt) with ds ≥ 0, [height][width][2]: a unit vector; in the space
   * `full` the part of one that lies in the plane, which is shorter.
   */
  readonly directions: Float32Array;
  /** Network outputs, [height][width][outputWidth]. */
  readonly outputs: Float32Array;
  /** Class: index of the largest output; for one output, 1 where it is positive, else 0. */
  readonly classes: Uint8Array | Uint16Array;
  /** Status, [height][width]. */
  readonly statuses: Uint8Array;
}

/** Some rows of a field: arrays as in {@link FieldData}, of these rows alone. */
export interface FieldBand extends FieldData {
  readonly firstRow: number;
  readonly rowCount: number;
}

/** A few numbers about a live field: of λ₁ over the pixels with good status. */
export interface FieldStatistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Values below which 1 % and 99 % of the pixels lie, to 1/256 of the range. */
  readonly low: number;
  readonly high: number;
  /** Pixels with good status, and the others. */
  readonly goodCount: number;
  readonly badCount: number;
}

/** Bins of a histogram: sixteen times finer than the 1/256 of the range that statistics promise. */
export const BIN_COUNT = 4096;

/** How λ₁ is spread over the pixels of a field with good status. */
export interface FieldHistogram {
  readonly minimum: number;
  readonly maximum: number;
  /** Pixels in each of 4,096 bins of equal width from minimum to maximum; all in the first if these are equal. */
  readonly counts: Uint32Array;
  /** Pixels with good status, which is the sum of the counts, and the others. */
  readonly goodCount: number;
  readonly badCount: number;
}

/** A network whose parameters are resident where the engine computes. A trainer changes them in place. */
export interface Model {
  readonly network: Network;
  /** Replaces all parameters (layout of `network.parameters`). */
  write(parameters: Float32Array): void;
  read(): Promise<Float32Array>;
  dispose(): void;
}

/** A field that stays where the engine computes, is computed again and again, and painted from there. */
export interface Field {
  readonly model: Model;
  /** The request that the present content answers; null before the first. */
  readonly request: FieldRequest | null;
  /** Of the present content; 1 before the first. */
  readonly span: number;
  /**
   * Computes anew, in slices that keep page and driver responsive; the old content stays readable
   * until the new is complete. One at a time.
   *
   * @throws DataError if the request does not fit the network; the old content stays. FtleError `busy` if the
   *   last call has not ended.
   */
  compute(request: FieldRequest, options?: ComputeOptions): Promise<void>;
  /**
   * Begins to make what requests with a tolerance need besides, for which the first of them would wait. That one
   * tries again, and tells, if it fails.
   */
  expectTolerance(): void;
  /** @throws FtleError `empty` before the first content, as the two below. */
  statistics(): Promise<FieldStatistics>;
  histogram(): Promise<FieldHistogram>;
  read(): Promise<FieldData>;
  dispose(): void;
}

export interface ComputeOptions {
  readonly signal?: AbortSignal;
  /** Called with the fraction done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface RidgeOptions {
  /** Standard deviation of the Gaussian that smooths λ₁ first, in pixels of the field. */
  readonly smoothing: number;
  /** Ridge points below this value of λ₁ are dropped; `auto` takes it from the field's statistics. */
  readonly threshold: number | 'auto';
  /** Least sharpness −nᵀHn: a fraction of the range of λ₁ (1 % to 99 %) per squared twentieth of the longer side. */
  readonly sharpness: number;
}

/** Ridges of a live field as line segments. */
export interface Ridges {
  readonly field: Field;
  /** Finds the ridges of the field's present content. */
  find(options: RidgeOptions): Promise<void>;
  /** Segments [count][4]: s0, t0, s1, t1 in plane coordinates. */
  read(): Promise<Float32Array>;
  dispose(): void;
}

/** Samples of each set that an evaluation looks at, at most. */
export const EVALUATED_COUNT = 4096;

/** How training stands. */
export interface TrainingStatus {
  readonly stepCount: number;
  /** Passes over the training set, with fraction. */
  readonly epoch: number;
  /** NaN before the first evaluation. */
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Fractions 0 to 1. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** True once loss or parameters stopped being finite; training has then stopped. */
  readonly diverged: boolean;
}

export interface Trainer {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly options: TrainingOptions;
  readonly stepCount: number;
  /** Changes the learning rate from the next step on. */
  setLearningRate(learningRate: number): void;
  /**
   * Runs steps; resolves when they are done. After divergence it does nothing.
   *
   * @throws DataError unless the count is a whole number of at least 0.
   */
  step(stepCount: number): Promise<void>;
  /** Loss and accuracy on up to 4,096 samples each of training and test set. */
  evaluate(): Promise<TrainingStatus>;
  /** Back to step 0 with these parameters, the optimizer's memory cleared. */
  reset(parameters: Float32Array): void;
  dispose(): void;
}

/** What a network of a population has for itself. */
export interface MemberOptions {
  /** Seed of the order in which it draws samples. */
  readonly seed: number;
  readonly learningRate: number;
}

/**
 * Where one network of a population is in its training. Arrays are in the layout of `network.parameters`, on both
 * backends.
 */
export interface MemberState {
  /** Steps taken; of one that diverged those before. */
  readonly stepCount: number;
  readonly diverged: boolean;
  readonly parameters: Float64Array;
  /** Momentum of sgd, or Adam's mean gradient; 0 once the network has diverged. */
  readonly first: Float64Array;
  /** Adam's mean square, Infinity where it has left float32; 0 for sgd, and once the network has diverged. */
  readonly second: Float64Array;
}

/** All that further steps depend on beside data, options, seeds and rates; one entry a network. */
export type PopulationState = readonly MemberState[];

/** Networks of one architecture that are trained at once, each with weights, seed and rate of its own. */
export interface Population {
  /** One a network; a trainer of one network by itself would leave the same parameters in it. */
  readonly models: readonly Model[];
  readonly dataset: Dataset;
  readonly options: TrainingOptions;
  readonly members: readonly MemberOptions[];
  /** Steps of each network; of one that diverged those before. */
  readonly stepCounts: readonly number[];
  setLearningRates(rates: readonly number[]): void;
  /**
   * Runs steps of all networks; those that diverged stay as they are.
   *
   * @throws DataError unless the count is a whole number of at least 0.
   */
  step(stepCount: number): Promise<void>;
  /** Loss and accuracy of each, on up to 4,096 samples each of training and test set. */
  evaluate(): Promise<readonly TrainingStatus[]>;
  /** The state after all steps that were asked for before; copies. */
  readState(): Promise<PopulationState>;
  /**
   * Goes on from a state, of this population or of another of the same networks, data, options, seeds and rates: on
   * the same backend bit for bit as that one would. Steps that were asked for before are dropped; rates stay.
   *
   * @throws DataError if it is no state of such networks; nothing is changed then.
   */
  writeState(state: PopulationState): void;
  dispose(): void;
}

/** An attack on inputs: FGSM is one step of `linf` whose size is the radius, PGD several smaller ones. */
export interface AttackRequest {
  readonly norm: 'l2' | 'linf';
  /** Largest distance from the start, in input units, above 0. */
  readonly radius: number;
  /** 1 to 1000. */
  readonly stepCount: number;
  /** In input units; 2.5 · radius / stepCount by default, the radius itself for one step. */
  readonly stepSize?: number;
  readonly loss: Loss;
  /** `away`: raises the loss of the targets, which are the true ones. `towards`: lowers it. */
  readonly direction: 'away' | 'towards';
  /** Least and largest value of an input; all points must start within. */
  readonly bounds?: readonly [low: number, high: number];
  /** Whether the points of all steps are wanted. */
  readonly path?: boolean;
}

/** Where an attack ended. */
export interface AttackData {
  /** [count][inputWidth] */
  readonly points: Float32Array;
  /** Of those points, [count][outputWidth]. */
  readonly outputs: Float32Array;
  readonly classes: Uint8Array | Uint16Array;
  /** [stepCount + 1][count][inputWidth], the start first; null if it was not asked for. */
  readonly path: Float32Array | null;
}

/** Where networks are evaluated: on a GPU through WebGPU, or on the CPU in float64. */
export interface Engine {
  readonly backend: 'webgpu' | 'cpu';
  /** What computes, for people: the adapter's description or `CPU, float64`. */
  readonly description: string;
  /** The device that it borrows; null on the CPU. */
  readonly device: GPUDevice | null;
  /** A software adapter or the CPU: expect a tenth of a GPU's speed or less. */
  readonly slow: boolean;
  createModel(network: Network): Model;
  createField(model: Model): Promise<Field>;
  /** @throws DataError or NetworkError if the request does not fit the network. */
  createEvaluator(model: Model, request: PointsRequest): Promise<Evaluator>;
  createRidges(field: Field): Promise<Ridges>;
  createTrainer(model: Model, dataset: Dataset, options: TrainingOptions): Promise<Trainer>;
  /**
   * @param members - one a network; they come before seed and rate of `options`.
   * @throws NetworkError or DataError if architectures differ, or data and options do not fit them.
   */
  createPopulation(
    networks: readonly Network[],
    dataset: Dataset,
    options: TrainingOptions,
    members: readonly MemberOptions[],
  ): Promise<Population>;
  /**
   * Attacks every point of a list by gradients of the loss.
   *
   * @param points - [count][inputWidth].
   * @param targets - [count][outputWidth], as in a data set.
   * @throws DataError if lengths do not fit, a number is not finite, or the request is out of range.
   */
  attack(
    model: Model,
    points: Float32Array,
    targets: Float32Array,
    request: AttackRequest,
    options?: ComputeOptions,
  ): Promise<AttackData>;
  /**
   * One field of any size up to 8192 × 8192, in tiles of bounded memory.
   *
   * @throws AbortError (DOMException) if the signal fires.
   */
  computeField(model: Model, request: FieldRequest, options?: ComputeOptions): Promise<FieldData>;
  /**
   * The same field handed over in bands of rows, from the lowest t up, for those who keep none of it.
   *
   * @param onBand - owns what it is given; the next band is computed once it has resolved.
   * @throws AbortError (DOMException) if the signal fires, and whatever `onBand` throws.
   */
  computeBands(
    model: Model,
    request: FieldRequest,
    onBand: (band: FieldBand) => void | Promise<void>,
    options?: ComputeOptions,
  ): Promise<void>;
  dispose(): void;
}
