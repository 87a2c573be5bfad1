/**
 * Which pixels of a field are computed: all; or few where it is smooth, and between them it is interpolated to what
 * colours show; or, where it is not smooth, only a quarter of its pixels are computed.
 */
export type FieldKind = 'exact' | 'loose' | 'draft';

/** How a field is computed. */
export interface FieldPlan {
  /** Pixels along the longer side. */
  readonly side: number;
  readonly kind: FieldKind;
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
  /** Error of l·λ₁ that a still picture may end with; if it is not 0, the last one is loose. */
  readonly tolerance: number;
  /** Pixels of the canvas at full size. */
  readonly devicePixelCount: number;
}

/** What computes: a GPU, a software adapter, or the CPU in float64. */
export type Speed = 'fast' | 'slow' | 'cpu';

/** Values that a live frame may take; few, so that it seldom changes. */
const SIDES = [
  16, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048,
];
const CANVAS_SCALES = [0.5, 0.75, 1];

/** Milliseconds a step, a pixel of a field by its kind, and a canvas pixel, for 2-10x8-1, which has this cost. */
const GUESSED_COST = 142;
/** What the cheapest network counts as, as a part of that: its own work is not all there is. */
const LEAST_COST = 0.3;
const FIRST_GUESS = {
  fast: { step: 0.25, exact: 1e-5, loose: 1e-5, draft: 1e-5, canvasPixel: 1e-6 },
  slow: { step: 1, exact: 1.5e-3, loose: 5e-4, draft: 3e-4, canvasPixel: 5e-5 },
  cpu: { step: 1, exact: 8e-3, loose: 8e-3, draft: 8e-3, canvasPixel: 1e-5 },
} as const;

/** Milliseconds of a live frame: 60, 20 or 10 a second, less some room. */
const FRAME_TIME = { fast: 15, slow: 41, cpu: 90 };

/** Whether interpolation is faster than to compute: on a GPU it is not, for it waits for the CPU. */
const CAN_INTERPOLATE = { fast: false, slow: true, cpu: false };

/** Sides from which on that is so: what interpolation waits for takes as long as a small field does. */
const LEAST_LOOSE_SIDE = 96;

/** Parts of a frame's time that painting and the field may take; training gets the rest. */
const PAINT_PART = 0.25;
const FIELD_PART = 0.4;
/** Training gets this part of what field and painting take, however long that is. */
const LEAST_TRAINING_SHARE = 0.2;

/** Least side of a still picture, and how much finer the next one is. */
const LEAST_STILL_SIDE = 16;
const STILL_FACTOR = 4;
/** Below it, a guess of what a picture takes need not be measured first. */
const LEAST_UNSURE_SIDE = 192;
/** As much finer than the one that is there a still picture is at least. */
const WORTHWHILE = 1.5;
/** Milliseconds that the finest still picture may take. */
const LONGEST_STILL = { fast: 1000, slow: 2500, cpu: 4000 };

/** Frames' times that an exact still picture takes at least for an interpolated one to come before it. */
const LOOSE_STILL_FRAMES = 6;
/** Of the exact one's time, an interpolated one takes this part at most, or it is left out. */
const MOST_LOOSE_SHARE = 0.7;

/** Sides of a field stay so much below what memory allows, for they are rounded to whole pixels. */
const MEMORY_PART = 0.95;

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
  readonly #stepTime: Mean;
  readonly #pixelTimes: Readonly<Record<FieldKind, Mean>>;
  readonly #canvasPixelTime: Mean;
  readonly #side: Choice;
  readonly #canvasScale: Choice;

  /**
   * @param cost - of the network, as model/program-cost.ts has it.
   * @param mostPixels - of a field of it that the device can hold.
   */
  constructor(
    readonly speed: Speed,
    readonly cost: number = GUESSED_COST,
    readonly mostPixels: number = Infinity,
  ) {
    const guess = FIRST_GUESS[speed];
    const factor = Math.max(LEAST_COST, cost / GUESSED_COST);
    this.#stepTime = new Mean(factor * guess.step);
    this.#canvasPixelTime = new Mean(guess.canvasPixel);
    this.#pixelTimes = {
      exact: new Mean(factor * guess.exact),
      loose: new Mean(factor * guess.loose),
      draft: new Mean(factor * guess.draft),
    };
    const wanted = Math.sqrt((FIELD_PART * this.frameTime) / (factor * guess.exact));
    this.#side = new Choice(SIDES, SIDES.findLast((side) => side <= wanted) ?? SIDES[0]);
    this.#canvasScale = new Choice(CANVAS_SCALES, 1);
  }

  /** Whether fields are interpolated, if they are large enough for it. */
  get interpolates(): boolean {
    return CAN_INTERPOLATE[this.speed];
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
    const { fieldArea, devicePixelCount } = picture;
    const fullSide = this.#fullSide(picture);
    const paintTime = (scale: number): number =>
      scale ** 2 * devicePixelCount * this.#canvasPixelTime.value;
    const kindOf = (side: number): FieldKind =>
      this.interpolates && side >= LEAST_LOOSE_SIDE ? 'draft' : 'exact';
    const fieldTime = (side: number): number =>
      side ** 2 * fieldArea * this.#pixelTimes[kindOf(side)].value;
    const canvasScale = this.#canvasScale.next(paintTime, PAINT_PART * frameTime, 1);
    const chosen = this.#side.next(fieldTime, FIELD_PART * frameTime, fullSide);
    const side = fixedSide ?? Math.min(chosen, fullSide);
    const taken = paintTime(canvasScale) + fieldTime(side);
    const trainingTime = Math.max(frameTime - taken, LEAST_TRAINING_SHARE * taken);
    const stepCount = Math.floor(trainingTime / this.#stepTime.value);
    const steps = Math.max(1, Math.min(MAXIMAL_STEP_COUNT, stepCount));
    return { side, kind: kindOf(side), canvasScale, stepCount: steps };
  }

  /**
   * The fields of a still picture, coarse to fine; one alone if it is quick. The last is exact, if it has to be, and as
   * fine as time allows.
   *
   * @param last - the one that is there: those that follow it are finer.
   */
  refinement(
    fixedSide: number | null,
    picture: PictureShape,
    last: FieldPlan | null = null,
  ): FieldPlan[] {
    const { fieldArea, tolerance } = picture;
    const { exact, loose, draft } = this.#pixelTimes;
    const fieldTime = (side: number): number => side ** 2 * fieldArea * exact.value;
    const isQuick = (side: number): boolean => fieldTime(side) < 2 * this.frameTime;
    const affordable = Math.sqrt(LONGEST_STILL[this.speed] / fieldTime(1));
    const finest = Math.max(
      LEAST_STILL_SIDE,
      Math.floor(Math.min(this.#fullSide(picture), affordable)),
    );
    const full = fixedSide ?? (last && finest < WORTHWHILE * last.side ? last.side : finest);
    const plans: FieldPlan[] = [{ side: full, kind: tolerance > 0 ? 'loose' : 'exact' }];
    // What is bent is computed before what is smooth: the picture is right long before it is complete.
    const isLong = fieldTime(full) > LOOSE_STILL_FRAMES * this.frameTime;
    // The first one waits longer for its kernels than it saves.
    const isOpen = loose.isMeasured || draft.isMeasured;
    const isSooner = isOpen && loose.value < MOST_LOOSE_SHARE * exact.value;
    const isWorthwhile = isLong && isSooner && full >= LEAST_LOOSE_SIDE;
    if (isWorthwhile && tolerance === 0) plans.unshift({ side: full, kind: 'loose' });
    const isSurelyQuick = exact.isMeasured || full < LEAST_UNSURE_SIDE;
    for (let side = full; !isQuick(side) || (side === full && !isSurelyQuick);) {
      if (side < 2 * LEAST_STILL_SIDE) break;
      side = Math.max(LEAST_STILL_SIDE, Math.round(side / STILL_FACTOR));
      plans.unshift({ side, kind: 'exact' });
    }
    return last ? plans.filter((plan) => isFiner(plan, last)) : plans;
  }

  measureSteps(stepCount: number, milliseconds: number): void {
    this.#stepTime.take(milliseconds / stepCount);
  }

  measureField(pixelCount: number, milliseconds: number, kind: FieldKind): void {
    this.#pixelTimes[kind].take(milliseconds / pixelCount);
  }

  measurePaint(pixelCount: number, milliseconds: number): void {
    this.#canvasPixelTime.take(milliseconds / pixelCount);
  }

  /** Pixels along the longer side of the finest field that is of use, and that there is memory for. */
  #fullSide({ fullSide, fieldArea }: PictureShape): number {
    return Math.min(fullSide, Math.floor(MEMORY_PART * Math.sqrt(this.mostPixels / fieldArea)));
  }
}

function isFiner(a: FieldPlan, b: FieldPlan): boolean {
  return a.side > b.side || (a.side === b.side && a.kind === 'exact' && b.kind !== 'exact');
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
class Mean {
  isMeasured = false;

  constructor(public value: number) {}

  take(measured: number): void {
    this.isMeasured = true;
    this.value += NEWEST * (Math.min(measured, 2 * this.value) - this.value);
  }
}
