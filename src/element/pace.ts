/** What one frame of a live map does. */
export interface FramePlan {
  readonly stepCount: number;
  /** Field pixels along the longer side. */
  readonly side: number;
}

/** Sides that a live field may have; few, so that it seldom changes size. */
const SIDES = [48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048];

/** What computes: a GPU, a software adapter, or the CPU in float64. */
export type Speed = 'fast' | 'slow' | 'cpu';

/** Milliseconds a step and a pixel, for a network of eight layers of ten. */
const FIRST_GUESS = { fast: [0.25, 1e-5], slow: [1.5, 1.5e-3], cpu: [4, 8e-3] } as const;

/** Milliseconds that the finest still picture may take. */
const LONGEST_STILL = { fast: 1000, slow: 2500, cpu: 4000 };

/** Frames of agreement before the side goes up. */
const PATIENCE = 6;
/** Most steps a frame: with more, the ridges jump rather than form. */
const MAXIMAL_STEP_COUNT = 64;
/** Weight of the newest measurement in the running means. */
const NEWEST = 0.25;

/**
 * Chooses training steps a frame and field resolution so that frames come in time.
 *
 * Times are running means of what frames really took; half the time of a frame is for training, half
 * for the field. The side goes down as soon as frames are late and up only after a while.
 */
export class Pace {
  /** Milliseconds a step, and a field pixel with all that is done to it. */
  #stepTime: number;
  #pixelTime: number;
  #sideIndex: number;
  #agreement = 0;
  #isMeasured = false;

  constructor(readonly speed: Speed) {
    [this.#stepTime, this.#pixelTime] = FIRST_GUESS[speed];
    this.#sideIndex = SIDES.indexOf({ fast: 512, slow: 128, cpu: 64 }[speed]);
  }

  /** Milliseconds that a frame of a live map may take: 60, 15 or 10 frames a second, less some room. */
  get frameTime(): number {
    return { fast: 15, slow: 60, cpu: 90 }[this.speed];
  }

  /**
   * The next live frame.
   *
   * @param fixedSide - asked for by the user; else null.
   * @param fullSide - more than this many pixels the canvas does not show.
   * @param aspect - pixels of the field divided by those of a square of the same side.
   */
  next(fixedSide: number | null, fullSide: number, aspect: number): FramePlan {
    const budget = this.frameTime / 2;
    const fieldTime = (index: number): number => SIDES[index] ** 2 * aspect * this.#pixelTime;
    while (this.#sideIndex > 0 && fieldTime(this.#sideIndex) > 1.3 * budget) this.#sideIndex--;
    const canGrow =
      this.#sideIndex + 1 < SIDES.length &&
      SIDES[this.#sideIndex] < fullSide &&
      fieldTime(this.#sideIndex + 1) < budget;
    this.#agreement = canGrow ? this.#agreement + 1 : 0;
    if (this.#agreement > PATIENCE) {
      this.#sideIndex++;
      this.#agreement = 0;
    }
    const side = fixedSide ?? Math.min(SIDES[this.#sideIndex], fullSide);
    const left = Math.max(
      0.25 * this.frameTime,
      this.frameTime - side ** 2 * aspect * this.#pixelTime,
    );
    const stepCount = Math.floor(Math.min(left, fixedSide ? Infinity : budget) / this.#stepTime);
    return { side, stepCount: Math.max(1, Math.min(MAXIMAL_STEP_COUNT, stepCount)) };
  }

  /** The sides of a still picture, coarse to fine; one alone if it is quick. */
  refinement(fixedSide: number | null, fullSide: number, aspect: number): number[] {
    const longestTime = LONGEST_STILL[this.speed];
    const affordable = Math.sqrt(longestTime / (this.#pixelTime * aspect));
    const full = fixedSide ?? Math.max(SIDES[0], Math.floor(Math.min(fullSide, affordable)));
    const isQuick = this.#isMeasured && full ** 2 * aspect * this.#pixelTime < 2 * this.frameTime;
    const coarse = Math.round(full / 4);
    return isQuick || coarse < SIDES[0] ? [full] : [coarse, full];
  }

  measureSteps(stepCount: number, milliseconds: number): void {
    if (stepCount > 0) this.#stepTime = blend(this.#stepTime, milliseconds / stepCount);
  }

  measureField(pixelCount: number, milliseconds: number): void {
    this.#isMeasured = true;
    this.#pixelTime = blend(this.#pixelTime, milliseconds / pixelCount);
  }
}

/** A running mean in which one outlier counts for little: a measurement weighs at most double the mean. */
function blend(mean: number, value: number): number {
  return mean + NEWEST * (Math.min(value, 2 * mean) - mean);
}
