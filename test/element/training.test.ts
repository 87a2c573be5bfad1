// Plan: on both backends, weights after n steps depend on the seed alone (two elements, other grouping,
// after reset; control: another seed); play, pause, autoplay and the off-screen pause by step counts;
// which property starts anew and which does not; divergence; events of methods and of controls.
import type { TrainingStatus } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import {
  countColors,
  findButton,
  findSlider,
  messageOf,
  mount,
  mountIdle,
  nextEvent,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';

afterEach(unmountAll);

const weightsOf = (element: FtleMapElement): number[] => [...element.network!.parameters];

/** The next evaluation that satisfies the condition. */
async function statusWhere(
  element: FtleMapElement,
  holds: (status: TrainingStatus) => boolean,
): Promise<TrainingStatus> {
  for (;;) {
    const { detail } = await nextEvent(element, 'ftle-training');
    if (holds(detail)) return detail;
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(['webgpu', 'cpu'] as const)('training, backend %s', (backend) => {
  const START = `dataset="xor" backend="${backend}" ${SMALL}`;

  it('gives the same weights for the same seed, however steps are grouped', async () => {
    const a = await mountIdle(START);
    const start = weightsOf(a);
    await a.step(5);
    expect(a.status?.stepCount).toBe(5);
    const after = weightsOf(a);
    expect(after).not.toEqual(start);

    const b = await mountIdle(START);
    await b.step(2);
    await b.step(3);
    expect(weightsOf(b)).toEqual(after);

    await b.reset();
    expect(weightsOf(b)).toEqual(start);
    expect(b.status?.stepCount).toBe(0);
    await b.step(5);
    expect(weightsOf(b)).toEqual(after);

    const other = await mountIdle(`${START} seed="2"`);
    await other.step(5);
    expect(weightsOf(other)).not.toEqual(after);
  });

  it('plays and pauses', async () => {
    const element = await mountIdle(START);
    expect(element.playing).toBe(false);
    element.play();
    expect(element.playing).toBe(true);
    await statusWhere(element, (status) => status.stepCount > 3);
    expect(element.frame?.stepsPerFrame).toBeGreaterThan(0);

    element.pause();
    expect(element.playing).toBe(false);
    await element.whenIdle();
    const stepCount = element.status!.stepCount;
    const weights = weightsOf(element);
    await pause(200);
    expect(element.status!.stepCount).toBe(stepCount);

    const twin = await mountIdle(START);
    await twin.step(stepCount);
    expect(weightsOf(twin)).toEqual(weights);
  });

  it('stops when it diverges and keeps finite weights', async () => {
    // Linear layers and unbounded outputs: each step multiplies the weights.
    const element = mount(
      `dataset="blobs" architecture="2-6x3-3" activation="identity" learning-rate="1e6" resolution="32" style="width: 240px" backend="${backend}" autoplay`,
    );
    const { detail } = await nextEvent(element, 'ftle-diverged');
    expect(detail.diverged).toBe(true);
    expect(element.playing).toBe(false);
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/diverged at step.*learning rate.*reset/);
    expect(weightsOf(element).every(Number.isFinite)).toBe(true);
    expect(countColors(await readPicture(element))).toBeGreaterThan(1);

    element.learningRate = 0.01;
    await element.reset();
    await element.step(3);
    expect(messageOf(element)).toBe('');
    expect(element.status).toMatchObject({ diverged: false, stepCount: 3 });
  });
});

describe('training', () => {
  const START = `dataset="xor" ${SMALL}`;

  it('starts anew only for what makes another network', async () => {
    const element = await mountIdle(START);
    await element.step(3);
    const keeps: Partial<FtleMapElement> = {
      layer: 1,
      domain: [-1, -1, 1, 1],
      quantity: 'output',
      perLayer: true,
      colormap: 'viridis',
      range: [-1, 2],
      ridges: true,
      boundary: true,
      learningRate: 0.5,
      resolution: 40,
      style: 'width: 200px' as unknown as CSSStyleDeclaration,
    };
    for (const [name, value] of Object.entries(keeps)) {
      Object.assign(element, { [name]: value });
      await element.whenIdle();
      expect(messageOf(element), name).toBe('');
      expect(element.status?.stepCount, name).toBe(3);
    }
    const weights = weightsOf(element);
    await element.step(1);
    expect(weightsOf(element)).not.toEqual(weights);

    const anew: Partial<FtleMapElement> = {
      architecture: '2-5x2-1',
      activation: 'sigmoid',
      seed: 3,
      datasetName: 'moons',
      batchSize: 16,
      optimizer: 'adam',
      momentum: 0.5,
      weightDecay: 0.01,
      startVariance: 2,
    };
    for (const [name, value] of Object.entries(anew)) {
      await element.step(1);
      Object.assign(element, { [name]: value });
      await element.whenIdle();
      expect(messageOf(element), name).toBe('');
      expect(element.status?.stepCount, name).toBe(0);
    }
  });

  it('takes a new learning rate from the next step on', async () => {
    const [a, b] = await Promise.all([mountIdle(START), mountIdle(START)]);
    await Promise.all([a.step(2), b.step(2)]);
    a.learningRate = 0.5;
    await Promise.all([a.step(1), b.step(1)]);
    expect(a.status?.stepCount).toBe(3);
    expect(weightsOf(a)).not.toEqual(weightsOf(b));
  });

  it.each([true, false])('is as asked for before the element has started: %s', async (playing) => {
    const element = mount(`${START} ${playing ? '' : 'autoplay'}`);
    if (playing) element.play();
    else element.pause();
    if (playing) await statusWhere(element, (status) => status.stepCount > 3);
    else await element.whenIdle();
    expect(element.playing).toBe(playing);
    expect(element.status!.stepCount > 0).toBe(playing);
    element.remove();
    await Promise.resolve();
    expect(element.playing).toBe(false);
  });

  it('autoplays, sleeps off screen and goes on when it is back', async () => {
    const element = mount(`${START} autoplay`);
    await statusWhere(element, (status) => status.stepCount > 3);
    element.parentElement!.style.cssText = 'position: absolute; top: 5000px';
    await pause(300);
    const asleep = await element.probe(0, 0);
    await pause(300);
    expect(element.playing).toBe(true);
    expect((await element.probe(0, 0)).exponent).toBe(asleep.exponent);
    element.parentElement!.style.cssText = '';
    const { stepCount } = element.status!;
    await statusWhere(element, (status) => status.stepCount > stepCount + 3);
  });

  it('fires ftle-play and its like for the user alone', async () => {
    const element = await mountIdle(`${START} controls`);
    const names: string[] = [];
    for (const name of ['ftle-play', 'ftle-pause', 'ftle-reset', 'ftle-change'] as const) {
      element.addEventListener(name, () => names.push(name));
    }
    element.play();
    element.pause();
    await element.reset();
    expect(names).toEqual([]);
    await element.updateComplete;

    findButton(element, 'Play').click();
    expect(element.playing).toBe(true);
    await element.updateComplete;
    findButton(element, 'Pause').click();
    await element.whenIdle();
    const { stepCount } = element.status!;
    findButton(element, 'Step').click();
    await statusWhere(element, (status) => status.stepCount === stepCount + 1);
    findButton(element, 'Reset').click();
    await statusWhere(element, (status) => status.stepCount === 0);
    findButton(element, 'Ridges').click();
    expect(element.ridges).toBe(true);
    expect(names).toEqual(['ftle-play', 'ftle-pause', 'ftle-reset', 'ftle-change']);
    await element.whenIdle();
  });

  it('shows directions as before when they are switched on again', async () => {
    const element = await mountIdle(`${START} controls directions="convolution"`);
    for (const wanted of [false, 'convolution', false, 'convolution']) {
      findButton(element, 'Directions').click();
      expect(element.directions).toBe(wanted);
      await element.updateComplete;
    }
    element.directions = true;
    await element.updateComplete;
    for (const wanted of [false, true]) {
      findButton(element, 'Directions').click();
      expect(element.directions).toBe(wanted);
      await element.updateComplete;
    }
    await element.whenIdle();
  });

  it('shows the layer of the slider', async () => {
    const element = await mountIdle(`${START} controls`);
    const slider = findSlider(element, 'Layer');
    expect(slider.value).toBe('3');
    for (const [value, layer] of [
      ['1', 1],
      ['4', 'output'],
      ['2', 2],
    ] as const) {
      slider.value = value;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await element.whenIdle();
      expect(element.layer).toBe(layer);
      expect((await element.probe(0, 0)).layer).toBe(layer);
    }
  });

  it('needs data: play() says so, step() rejects', async () => {
    const element = await mountIdle(`architecture="2-4-1" ${SMALL}`);
    await expect(element.step()).rejects.toThrow(/dataset/);
    element.play();
    expect(element.playing).toBe(false);
    await element.updateComplete;
    expect(messageOf(element)).toMatch(/nothing to train.*dataset/);
    element.datasetName = 'xor';
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
  });

  it('rejects step counts that are none, and calls outside of a document', async () => {
    const element = await mountIdle(START);
    await expect(element.step(0)).rejects.toThrow(/step\(0\)/);
    await expect(element.step(1.5)).rejects.toThrow(/step\(1.5\)/);
    element.remove();
    await expect(element.step()).rejects.toThrow(/no document/);
  });
});
