// Plan: frames of a map over a picture whose fields take as long as the test says: stills come from coarse to fine, and
// each is shown; a change of the view drops the one under way and starts again, a move lets the first one end, closing
// ends it; live frames train first, and after one that was dropped the next is completed. A network that fails leaves
// what was there, unless the view has changed meanwhile.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Frames, type ShowField } from '../../src/element/frames.ts';
import type { FieldPlan } from '../../src/element/pace.ts';
import type { Picture } from '../../src/element/picture.ts';
import type { Session } from '../../src/element/session.ts';
import type { ViewChoice } from '../../src/element/view-choice.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';

const PIXEL_TIME = 0.01;
const COSTLY = initialiseNetwork(parseArchitecture('2-200x3-1'), 1);

/** A field that was asked for, and what ends it. */
interface Asked extends FieldPlan {
  finish(): void;
  fail(): void;
}

let time = 0;
let asked: Asked[] = [];
/** What was put onto the canvas. */
let shown: { side: number; milliseconds: number; stepCount: number }[] = [];
let closing: AbortController;
let frames: Frames;
const step = vi.fn((_: number) => Promise.resolve());
const session = { trainer: { step } } as unknown as Session;

/** Lets everything that can go on do so. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** The side of the field under way. */
const side = () => asked.at(-1)!.side;

async function finish(): Promise<void> {
  asked.at(-1)!.finish();
  await settle();
}

beforeEach(() => {
  [time, asked, shown] = [0, [], []];
  step.mockClear();
  vi.spyOn(performance, 'now').mockImplementation(() => time);
  const picture = {
    engine: { backend: 'cpu' },
    isVisible: true,
    isMeasured: true,
    fullSide: 256,
    fieldArea: 1,
    tolerance: 0,
    devicePixelCount: 256 ** 2,
    canvasPixelCount: 256 ** 2,
    canvasScale: 1,
    measure: () => Promise.resolve(),
    compute: (_: Session, plan: FieldPlan, signal: AbortSignal) =>
      new Promise<number>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        asked.push({
          ...plan,
          finish() {
            time += PIXEL_TIME * plan.side ** 2;
            resolve(plan.side ** 2);
          },
          fail: () => reject(new Error('the field fails')),
        });
      }),
  } as unknown as Picture;
  const view = { settings: { resolution: null } } as unknown as ViewChoice;
  closing = new AbortController();
  const show: ShowField = (_, milliseconds, stepCount) =>
    shown.push({ side: side(), milliseconds, stepCount });
  frames = new Frames(picture, view, show, closing.signal);
});

/** Computes all still pictures that are to come. */
async function refine(): Promise<void> {
  while (frames.lacksStill || frames.canRefine) {
    const still = frames.computeStill(session);
    await finish();
    expect(await still).toBeCloseTo(PIXEL_TIME * side() ** 2);
  }
}

describe('still pictures', () => {
  it('come from coarse to fine', async () => {
    await refine();
    const sides = asked.map((plan) => plan.side);
    expect(sides.length).toBeGreaterThan(1);
    expect(sides).toEqual([...sides].sort((a, b) => a - b));
    expect(sides.at(-1)).toBe(256);
    expect(frames.lacksStill).toBe(false);
  });

  it('start again where the view changes, and the one under way is dropped', async () => {
    const first = frames.computeStill(session);
    frames.restart();
    expect(await first).toBeNull();
    expect(frames.lacksStill).toBe(true);
  });

  it('of a view that moves on are completed if they are the first, and dropped else', async () => {
    const first = frames.computeStill(session);
    frames.follow();
    await finish();
    expect(await first).not.toBeNull();
    expect(frames.lacksStill).toBe(true);
    const again = frames.computeStill(session);
    await finish();
    await again;
    expect(frames.canRefine).toBe(true);
    const second = frames.computeStill(session);
    frames.follow();
    expect(await second).toBeNull();
  });

  it('end with the map', async () => {
    const still = frames.computeStill(session);
    closing.abort();
    expect(await still).toBeNull();
  });

  it('are not tried again after one that fails', async () => {
    const still = frames.computeStill(session);
    asked.at(-1)!.fail();
    await expect(still).rejects.toThrow('the field fails');
    expect([frames.lacksStill, frames.canRefine]).toEqual([false, false]);
  });
});

describe('live frames', () => {
  it('train, then compute and show the field', async () => {
    let endStep!: () => void;
    step.mockImplementationOnce(
      (stepCount) =>
        new Promise((resolve) => {
          endStep = () => {
            time += 3 * stepCount;
            resolve();
          };
        }),
    );
    const live = frames.showLive(session);
    await settle();
    expect(step).toHaveBeenCalledOnce();
    expect(asked).toEqual([]);
    endStep();
    await settle();
    await finish();
    expect(await live).toBe(true);
    const [[stepCount]] = step.mock.calls;
    expect(shown).toEqual([
      { side: side(), milliseconds: 3 * stepCount + PIXEL_TIME * side() ** 2, stepCount },
    ]);
  });

  it('are dropped where the view changes, but not twice in turn', async () => {
    const dropped = frames.showLive(session);
    await settle();
    frames.restart();
    expect(await dropped).toBe(false);
    const next = frames.showLive(session);
    await settle();
    frames.restart();
    await finish();
    expect(await next).toBe(true);
  });
});

describe('a network that fails', () => {
  /** @param meanwhile - while its first picture is computed. */
  async function failAfter(meanwhile: () => void): Promise<void> {
    await refine();
    const takeBack = frames.begin(COSTLY);
    const opening = frames.computeFirst(session);
    meanwhile();
    asked.at(-1)!.fail();
    await expect(opening).rejects.toThrow('the field fails');
    takeBack();
  }

  it('leaves the pictures that were there', async () => {
    await failAfter(() => undefined);
    expect([frames.lacksStill, frames.canRefine]).toEqual([false, false]);
  });

  it('leaves the pace of the network that was there', async () => {
    await refine();
    const before = asked.length;
    frames.replan();
    await refine();
    const sides = asked.slice(before).map((plan) => plan.side);
    await failAfter(() => undefined);
    const after = asked.length;
    frames.replan();
    await refine();
    expect(asked.slice(after).map((plan) => plan.side)).toEqual(sides);
  });

  it('leaves none to a view that has changed meanwhile', async () => {
    await failAfter(() => frames.restart());
    expect(frames.lacksStill).toBe(true);
  });
});
