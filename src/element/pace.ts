/** How a field is computed. */
export interface FieldPlan {
  /** Pixels along the longer side. */
  readonly side: number;
  /** Whether every pixel is computed; else smooth parts may be interpolated, to what colours show. */
  readonly isExact: boolean;
}

/** What one frame of a live map does. */
export interface FramePlan extends FieldPlan {
  readonly stepCount: number;
  /** Canvas pixels per device pixel along a side. */
  readonly canvasScale: number;
}

/** The picture that frames are planned for. */
export interface PictureShape {
  /** More field pixels along the longer side than this are not seen. */
  readonly fullSide: number;
  /** Pixels of a field divided by those of a square of the same longer side. */
  readonly fieldArea: number;
  /** Pixels of the canvas at full size. */
  readonly devicePixelCount: number;
}

/** What computes: a GPU, a software adapter, or the CPU in float64. */
export type Speed = 'fast' | 'slow' | 'cpu';

/** Values that a live frame may take; few, so that it seldom changes. */
const SIDES = [48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048];
const CANVAS_SCALES = [0.5, 0.75, 1];

/**
 * Milliseconds a step, a pixel of a field that is computed in full, one of a field that may be interpolated, and
 * a canvas pixel, for a network of eight layers of ten.
 */
const FIRST_GUESS = {
  fast: [0.25, 1e-5, 1e-5, 1e-6],
  slow: [1, 1.5e-3, 5e-4, 5e-5],
  cpu: [1, 8e-3, 8e-3, 1e-5],
} as const;

/** Milliseconds of a live frame: 60, 20 or 10 a second, less some room. */
const FRAME_TIME = { fast: 15, slow: 43, cpu: 90 };

/** Whether interpolation is faster than to compute: on a GPU it is not, for it waits for the CPU. */
const CAN_INTERPOLATE = { fast: false, slow: true, cpu: false };

/** Sides from which on that is so: what interpolation waits for takes as long as a small field does. */
const LEAST_LOOSE_SIDE = 160;

/** Parts of a frame's time that painting and the field may take; training gets the rest. */
const PAINT_PART = 0.25;
const FIELD_PART = 0.4;
/** Training gets this part of what field and painting take, however long that is. */
const LEAST_TRAINING_SHARE = 0.5;

/** Milliseconds that the finest still picture may take. */
const LONGEST_STILL = { fast: 1000, slow: 2500, cpu: 4000 };

/** Frames' times that an exact still picture takes at least for an interpolated one to come before it. */
const LOOSE_STILL_FRAMES = 6;

/** Frames of agreement before a choice grows. */
const PATIENCE = 6;
/** Over its budget by this factor, a choice shrinks. */
const TOLERANCE = 1.3;
/** Most steps a frame: with more, the ridges jump rather than form. */
const MAXIMAL_STEP_COUNT = 64;
/** Weight of the newest measurement in the running means. */
const NEWEST = 0.25;

/**
 * Chooses training steps a frame, field resolution and canvas resolution so that frames come in time.
 *
 * Times are running means of what frames really took. A resolution goes down as soon as it takes too
 * long and up only after a while.
 */
export class Pace {
  #stepTime: number;
  /** Of fields in which every pixel is computed, and of the others. */
  readonly #pixelTimes: { exact: number; loose: number };
  #canvasPixelTime: number;
  #isMeasured = false;
  readonly #side: Choice;
  readonly #canvasScale: Choice;

  constructor(readonly speed: Speed) {
    const [stepTime, exact, loose, canvasPixelTime] = FIRST_GUESS[speed];
    [this.#stepTime, this.#canvasPixelTime] = [stepTime, canvasPixelTime];
    this.#pixelTimes = { exact, loose };
    this.#side = new Choice(SIDES, { fast: 512, slow: 128, cpu: 64 }[speed]);
    this.#canvasScale = new Choice(CANVAS_SCALES, 1);
  }

  /** Milliseconds that a live frame may take. */
  get frameTime(): number {
    return FRAME_TIME[this.speed];
  }

  /**
   * The next live frame.
   *
   * @param fixedSide - asked for by the user; else null.
   */
  next(fixedSide: number | null, picture: PictureShape): FramePlan {
    const { frameTime } = this;
    const { fullSide, fieldArea, devicePixelCount } = picture;
    const paintTime = (scale: number): number =>
      scale ** 2 * devicePixelCount * this.#canvasPixelTime;
    const isExact = (side: number): boolean =>
      !CAN_INTERPOLATE[this.speed] || side < LEAST_LOOSE_SIDE;
    const fieldTime = (side: number): number =>
      side ** 2 * fieldArea * this.#pixelTimes[isExact(side) ? 'exact' : 'loose'];
    const canvasScale = this.#canvasScale.next(paintTime, PAINT_PART * frameTime, 1);
    const chosen = this.#side.next(fieldTime, FIELD_PART * frameTime, fullSide);
    const side = fixedSide ?? Math.min(chosen, fullSide);
    const taken = paintTime(canvasScale) + fieldTime(side);
    const trainingTime = Math.max(frameTime - taken, LEAST_TRAINING_SHARE * taken);
    const stepCount = Math.floor(trainingTime / this.#stepTime);
    const steps = Math.max(1, Math.min(MAXIMAL_STEP_COUNT, stepCount));
    return { side, isExact: isExact(side), canvasScale, stepCount: steps };
  }

  /** The fields of a still picture, coarse to fine; one alone if it is quick. The last is exact. */
  refinement(fixedSide: number | null, { fullSide, fieldArea }: PictureShape): FieldPlan[] {
    const fieldTime = (side: number): number => side ** 2 * fieldArea * this.#pixelTimes.exact;
    const affordable = Math.sqrt(LONGEST_STILL[this.speed] / fieldTime(1));
    const full = fixedSide ?? Math.max(SIDES[0], Math.floor(Math.min(fullSide, affordable)));
    const isQuick = this.#isMeasured && fieldTime(full) < 2 * this.frameTime;
    const coarse = Math.round(full / 4);
    const exact = { side: full, isExact: true };
    if (isQuick || coarse < SIDES[0]) return [exact];
    // What is bent is computed before what is smooth: the picture is right long before it is complete.
    const isLooseWorthwhile =
      CAN_INTERPOLATE[this.speed] && fieldTime(full) > LOOSE_STILL_FRAMES * this.frameTime;
    const loose = isLooseWorthwhile ? [{ side: full, isExact: false }] : [];
    return [{ side: coarse, isExact: true }, ...loose, exact];
  }

  measureSteps(stepCount: number, milliseconds: number): void {
    this.#stepTime = blend(this.#stepTime, milliseconds / stepCount);
  }

  measureField(pixelCount: number, milliseconds: number, isExact: boolean): void {
    this.#isMeasured = true;
    const kind = isExact ? 'exact' : 'loose';
    this.#pixelTimes[kind] = blend(this.#pixelTimes[kind], milliseconds / pixelCount);
  }

  measurePaint(pixelCount: number, milliseconds: number): void {
    this.#canvasPixelTime = blend(this.#canvasPixelTime, milliseconds / pixelCount);
  }
}

/** One of a few values, the largest that its budget allows, with some inertia. */
class Choice {
  #index: number;
  #agreement = 0;

  constructor(
    readonly values: readonly number[],
    first: number,
  ) {
    this.#index = values.indexOf(first);
  }

  /**
   * @param cost - milliseconds that a value takes.
   * @param most - larger values are of no use.
   */
  next(cost: (value: number) => number, budget: number, most: number): number {
    const { values } = this;
    while (this.#index > 0 && cost(values[this.#index]) > TOLERANCE * budget) this.#index--;
    const canGrow =
      this.#index + 1 < values.length &&
      values[this.#index] < most &&
      cost(values[this.#index + 1]) < budget;
    this.#agreement = canGrow ? this.#agreement + 1 : 0;
    if (this.#agreement > PATIENCE) {
      this.#index++;
      this.#agreement = 0;
    }
    return values[this.#index];
  }
}

/** A running mean in which one outlier counts for little: a measurement weighs at most double the mean. */
function blend(mean: number, value: number): number {
  return mean + NEWEST * (Math.min(value, 2 * mean) - mean);
}
