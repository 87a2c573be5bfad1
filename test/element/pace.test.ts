// Plan: the pace against a simulated engine of known speed: frames settle near their time, a sudden load
// makes the very next frames smaller, a fixed side is kept, stills end at the full side where time allows.
// The automatic range against simulated values: rests within its slack, follows beyond, sets at once.
import { describe, expect, it } from 'vitest';
import { AutomaticRange } from '../../src/element/automatic-range.ts';
import { Pace } from '../../src/element/pace.ts';

const PICTURE = { tolerance: 0, fullSide: 1000, fieldArea: 1, devicePixelCount: 600 * 600 };

/** Milliseconds that a simulated engine takes for a step, a field pixel and a canvas pixel. */
type Times = readonly [step: number, pixel: number, canvasPixel: number];

/** Runs frames; the last frame's plan and time. */
function simulate(pace: Pace, times: Times, count: number, fixedSide: number | null = null) {
  const [step, pixel, canvasPixel] = times;
  let last = { side: 0, stepCount: 0, canvasScale: 0, time: 0 };
  for (let frame = 0; frame < count; frame++) {
    const plan = pace.next(fixedSide, PICTURE);
    const { side, stepCount, canvasScale } = plan;
    const canvasPixels = canvasScale ** 2 * PICTURE.devicePixelCount;
    pace.measureSteps(stepCount, stepCount * step);
    pace.measureField(side * side, side * side * pixel, plan.kind);
    pace.measurePaint(canvasPixels, canvasPixels * canvasPixel);
    last = { ...plan, time: stepCount * step + side * side * pixel + canvasPixels * canvasPixel };
  }
  return last;
}

describe('pace', () => {
  it.each([
    ['fast', [0.1, 1e-5, 1e-6]],
    ['slow', [1, 1e-3, 5e-5]],
    ['slow', [8, 4e-3, 2e-4]],
    ['cpu', [4, 8e-3, 1e-5]],
  ] as const)('settles on %s with %j ms a step, pixel and canvas pixel', (speed, times) => {
    const pace = new Pace(speed);
    const { time } = simulate(pace, times, 200);
    expect(time).toBeLessThan(1.25 * pace.frameTime);
    expect(time).toBeGreaterThan(0.4 * pace.frameTime);
  });

  it('gives way at once when the machine gets slower', () => {
    const pace = new Pace('slow');
    simulate(pace, [1, 1e-3, 5e-5], 200);
    const { time } = simulate(pace, [5, 5e-3, 2.5e-4], 12);
    expect(time).toBeLessThan(2 * pace.frameTime);
  });

  it('paints fewer pixels only where painting is dear', () => {
    const pace = new Pace('slow');
    expect(simulate(pace, [1, 1e-3, 1e-5], 50).canvasScale).toBe(1);
    expect(simulate(pace, [1, 1e-3, 2e-4], 50).canvasScale).toBeLessThan(0.6);
    expect(simulate(pace, [1, 1e-3, 1e-5], 50).canvasScale).toBe(1);
  });

  it('keeps a side that is asked for and trains in the time that is left', () => {
    const pace = new Pace('slow');
    const { side, stepCount, time } = simulate(pace, [1, 2.5e-4, 1e-5], 100, 256);
    expect(side).toBe(256);
    expect(stepCount).toBeGreaterThan(15);
    expect(time).toBeLessThan(pace.frameTime);
    expect(time).toBeGreaterThan(0.9 * pace.frameTime);
  });

  it('trains a little even where a side that is asked for takes all the time', () => {
    const pace = new Pace('slow');
    const { stepCount, time } = simulate(pace, [1, 1.5e-3, 1e-5], 100, 256);
    expect(stepCount / time).toBeGreaterThan(0.15);
  });

  it('interpolates live frames where a wait for the CPU costs less than to compute', () => {
    const kinds = (['fast', 'slow', 'cpu'] as const).map((speed) => {
      return new Pace(speed).next(512, PICTURE).kind;
    });
    expect(kinds).toEqual(['exact', 'draft', 'exact']);
    expect(new Pace('slow').next(64, PICTURE).kind).toBe('exact');
  });

  it('ends a still picture at the full side, or at what time allows', () => {
    const quick = new Pace('fast');
    simulate(quick, [0.1, 1e-6, 1e-6], 50);
    expect(quick.refinement(null, PICTURE)).toEqual([{ side: 1000, kind: 'exact' }]);
    const slow = new Pace('slow');
    const small = { ...PICTURE, fullSide: 512 };
    expect(slow.refinement(null, small)).toEqual([
      { side: 128, kind: 'exact' },
      { side: 512, kind: 'exact' },
    ]);
    for (let i = 0; i < 100; i++) slow.measureField(1, 1, 'exact');
    expect(slow.refinement(null, small).at(-1)!.side).toBeLessThan(100);
    expect(slow.refinement(300, small).at(-1)).toEqual({ side: 300, kind: 'exact' });
  });

  it('interpolates before it computes all, once the kernels for that are there and where it is sooner', () => {
    const small = { ...PICTURE, fullSide: 512 };
    const kindsAfter = (milliseconds: number) => {
      const pace = new Pace('slow');
      for (let i = 0; i < 20; i++) pace.measureField(256 ** 2, milliseconds, 'loose');
      return pace.refinement(null, small).map(({ side, kind }) => `${kind} ${side}`);
    };
    expect(kindsAfter(30)).toEqual(['exact 128', 'loose 512', 'exact 512']);
    expect(kindsAfter(3000)).toEqual(['exact 128', 'exact 512']);
  });

  it('ends a still picture loosely where that was asked for', () => {
    const picture = { ...PICTURE, fullSide: 512, tolerance: 0.1 };
    for (const speed of ['fast', 'slow'] as const) {
      const kinds = new Pace(speed).refinement(null, picture).map(({ kind }) => kind);
      expect(kinds).toEqual(['exact', 'loose']);
    }
  });

  it('begins the pictures of a large network coarsely', () => {
    const small = { ...PICTURE, fullSide: 512 };
    const wide = new Pace('slow', 25 * 142);
    const plans = wide.refinement(null, small);
    expect(plans.map(({ side }) => side)).toEqual([16, 65, 258]);
    const wider = new Pace('slow', 1000 * 142).refinement(null, small);
    expect(wider[0].side).toBeLessThan(20);
    expect(wider.at(-1)!.side).toBeLessThan(64);
    expect(new Pace('slow', 1000 * 142).next(null, small).side).toBeLessThan(32);
  });

  it('plans no field that there is no memory for', () => {
    // As large as the canvas if time alone counted.
    const fits = (mostPixels: number) => {
      const pace = new Pace('fast', 142, mostPixels);
      const sides = [...pace.refinement(null, PICTURE), pace.next(null, PICTURE)].map(
        ({ side }) => side,
      );
      return Math.max(...sides);
    };
    expect(fits(Infinity)).toBe(1000);
    expect(fits(200 ** 2)).toBe(190);
    expect(new Pace('fast', 142, 200 ** 2).next(512, PICTURE).side).toBe(512);
  });

  it('plans what follows a still picture from what it took', () => {
    const small = { ...PICTURE, fullSide: 512 };
    const pace = new Pace('slow');
    const [first] = pace.refinement(null, small);
    for (let i = 0; i < 20; i++) pace.measureField(100, 100 * 0.03, 'exact');
    const later = pace.refinement(null, small, first);
    expect(later.at(-1)!.side).toBeGreaterThan(1.5 * first.side);
    expect(later.at(-1)!.side).toBeLessThan(320);
    // It is not done again for a few pixels more.
    expect(pace.refinement(null, small, { side: 250, kind: 'exact' })).toEqual([]);
    expect(pace.refinement(null, small, { side: 250, kind: 'loose' })).toEqual([
      { side: 250, kind: 'exact' },
    ]);
    expect(pace.refinement(512, small, { side: 250, kind: 'exact' }).at(-1)!.side).toBe(512);
  });
});

describe('automatic range', () => {
  it('is set at once, symmetric or not', () => {
    const range = new AutomaticRange();
    range.follow(-2, 4, true, 10);
    expect(range.bounds[1]).toBeCloseTo(4, 0);
    expect(range.bounds[0]).toBe(-range.bounds[1]);
    range.restart();
    range.follow(-2, 4, false, 10);
    expect(range.bounds[0]).toBeGreaterThan(-2.5);
    expect(range.bounds[0]).toBeLessThanOrEqual(-2);
  });

  it('rests while values tremble and follows when they leave', () => {
    const range = new AutomaticRange();
    range.follow(-4, 4, true, 10);
    const { bounds } = range;
    for (let i = 0; i < 100; i++) range.follow(-3.7 + 0.2 * Math.sin(i), 3.9, true, 60);
    expect(range.bounds).toEqual(bounds);

    let previous = range.bounds[1];
    for (let i = 0; i < 60; i++) {
      range.follow(-8, 8, true, 60);
      expect(range.bounds[1]).toBeGreaterThanOrEqual(previous);
      expect(range.bounds[1] / previous).toBeLessThan(1.2);
      previous = range.bounds[1];
    }
    expect(previous).toBeGreaterThanOrEqual(8);
    expect(previous).toBeLessThan(8.5);
  });

  it('has bounds that differ even if the values do not', () => {
    const range = new AutomaticRange();
    for (const value of [0, 3]) {
      range.restart();
      range.follow(value, value, false, 10);
      expect(range.bounds[1]).toBeGreaterThan(range.bounds[0]);
    }
  });
});
