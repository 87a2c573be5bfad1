// Plan: frames of a map over a picture whose fields take as long as the test says: stills come from coarse to fine, and
// each is shown; a change of the view drops the one under way and starts again, a move lets the first one end, closing
// ends it; live frames train first, and after one that was dropped the next is completed. A network that fails leaves
// what was there, unless the view has changed meanwhile.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Frames } from '../../src/element/frames.ts';
import type { FieldPlan } from '../../src/element/pace.ts';
import type { Picture } from '../../src/element/picture.ts';
import type { Session } from '../../src/element/session.ts';
import type { ViewChoice } from '../../src/element/view-choice.ts';

const PIXEL_TIME = 0.01;

/** A field that was asked for, and what ends it. */
interface Asked extends FieldPlan {
  finish(): void;
  fail(): void;
}

let time = 0;
let asked: Asked[] = [];
let shown: number[] = [];
let closing: AbortController;
let frames: Frames;
const step = vi.fn(() => Promise.resolve());
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
  const show = () => shown.push(side());
  frames = new Frames(picture, view, show, closing.signal);
});

/** Shows all still pictures that are to come. */
async function refine(): Promise<void> {
  while (frames.lacksStill || frames.canRefine) {
    const still = frames.showStill(session);
    await finish();
    await still;
  }
}

describe('still pictures', () => {
  it('come from coarse to fine', async () => {
    await refine();
    expect(shown.length).toBeGreaterThan(1);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(shown.at(-1)).toBe(256);
    expect(frames.lacksStill).toBe(false);
  });

  it('start again where the view changes, and the one under way is not shown', async () => {
    const first = frames.showStill(session);
    frames.restart();
    expect(await first).toBe(false);
    expect(shown).toEqual([]);
    expect(frames.lacksStill).toBe(true);
  });

  it('of a view that moves on are completed if they are the first, and dropped else', async () => {
    const first = frames.showStill(session);
    frames.follow();
    await finish();
    expect(await first).toBe(true);
    expect(frames.lacksStill).toBe(true);
    const again = frames.showStill(session);
    await finish();
    await again;
    expect(frames.canRefine).toBe(true);
    const second = frames.showStill(session);
    frames.follow();
    expect(await second).toBe(false);
    expect(shown).toHaveLength(2);
  });

  it('end with the map', async () => {
    const still = frames.showStill(session);
    closing.abort();
    expect(await still).toBe(false);
  });

  it('are not tried again after one that fails', async () => {
    const still = frames.showStill(session);
    asked.at(-1)!.fail();
    await expect(still).rejects.toThrow('the field fails');
    expect([frames.lacksStill, frames.canRefine]).toEqual([false, false]);
  });
});

describe('live frames', () => {
  it('train, then show the field', async () => {
    const live = frames.showLive(session);
    await settle();
    expect(step).toHaveBeenCalledOnce();
    await finish();
    expect(await live).toBe(true);
    expect(shown).toHaveLength(1);
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
    const takeBack = frames.begin(1e6);
    const opening = frames.computeStill(session, closing.signal);
    meanwhile();
    asked.at(-1)!.fail();
    await expect(opening).rejects.toThrow('the field fails');
    takeBack();
  }

  it('leaves the pictures that were there', async () => {
    await failAfter(() => undefined);
    expect([frames.lacksStill, frames.canRefine]).toEqual([false, false]);
  });

  it('leaves none to a view that has changed meanwhile', async () => {
    await failAfter(() => frames.restart());
    expect(frames.lacksStill).toBe(true);
  });
});
