import { digitInputs, digitScale, type DigitImages, type DigitScale } from '../data/digits.ts';
import { DIGIT_COUNT, PIXEL_COUNT } from '../data/digits.ts';
import { createStrokeDigits } from '../data/stroke-digits.ts';
import type { Network } from '../model/network.ts';
import {
  digitCoefficients,
  onCoefficients,
  onPixels,
  type DigitCoefficients,
} from './digit-coefficients.ts';
import { evaluate, measureImages } from './digit-evaluation.ts';
import { digitNetworks, trainOnDigits, upToBottleneck, withBottleneck } from './digit-networks.ts';
import { ATTACK, PLANS, type DigitPlan, type Group } from './digit-plans.ts';
import type { FigureSettings, Step, StepContext, StoredNetwork } from './figure.ts';
import { restoreNetwork } from './training.ts';

/** Networks over pixels that a step has trained. */
export interface TrainedGroup {
  readonly kind: 'group';
  readonly networks: readonly StoredNetwork[];
}

/** What networks make of the test images. */
export interface Measured {
  readonly kind: 'measured';
  /** λ₁ over all 784 inputs at the last hidden layer, one array a network. */
  readonly exponents: readonly Float32Array[];
  /** [count][10] each. */
  readonly outputs: readonly Float32Array[];
}

/** Test images seen through a bottleneck of two neurons. */
export interface Projected {
  readonly kind: 'projected';
  /** Over pixels: hidden layers of the main network, then the bottleneck, then ten outputs. */
  readonly network: StoredNetwork;
  /** Accuracy of what is read from two neurons, on all of them. */
  readonly testAccuracy: number;
  /** [count][2] */
  readonly places: Float32Array;
}

/** Attacks on the main network. */
export interface Attacked {
  readonly kind: 'attacked';
  readonly attackCount: number;
  /** Test images that attacks start from. */
  readonly starts: Uint32Array;
  /** [point][attack]: points are start, first step, … */
  readonly exponents: Float32Array;
  readonly classes: Uint8Array;
  /** In the bottleneck, [point][attack][2]. */
  readonly places: Float32Array;
  /** Degrees between a step and the direction of maximal stretching where it starts; NaN if it went nowhere. */
  readonly angles: Float32Array;
}

export type DigitResult = TrainedGroup | Measured | Projected | Attacked;

type Find = <Kind extends DigitResult['kind']>(
  id: string,
  kind: Kind,
) => Extract<DigitResult, { kind: Kind }>;

/** Digits of a figure, with what is made of them once for all steps, and only when it is wanted. */
export interface Digits {
  readonly name: string;
  /** Test images that there are, about: whoever lists steps has no digits yet. */
  readonly testCount: number;
  images(): DigitImages;
  scale(): DigitScale;
  coefficients(): DigitCoefficients;
  /** Labels and count of test images. */
  testLabels(): Uint8Array;
  /** Inputs of test images from `first` to before `last`. */
  testInputs(first: number, last: number): Float32Array;
}

const MNIST_TEST_COUNT = 10_000;

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** Those that the settings hold, or drawn ones. */
export function openDigits({ digits, seed, size }: FigureSettings): Digits {
  const images = once(() => digits ?? createStrokeDigits({ seed, ...PLANS[size].drawn }));
  const scale = once(() => digitScale(images()));
  return {
    name: digits?.name ?? 'strokes',
    testCount: digits ? MNIST_TEST_COUNT : PLANS[size].drawn.testCount,
    images,
    scale,
    coefficients: once(() => digitCoefficients(images(), scale())),
    testLabels: () => images().labels.subarray(images().trainCount),
    testInputs: (first, last) => {
      const { trainCount } = images();
      return digitInputs(images(), scale(), trainCount + first, trainCount + last);
    },
  };
}

/** Result of a step, of the kind that it is. */
export const finder =
  (load: (id: string) => DigitResult): Find =>
  (id, kind) => {
    const found = load(id);
    if (found.kind !== kind) throw new TypeError(`result ${id} is ${found.kind}, not ${kind}`);
    return found as Extract<DigitResult, { kind: typeof kind }>;
  };

export const trainingId = (name: string, group: Group): string => `${name}-train-${group.id}`;
export const measureId = (name: string, group: Group): string => `${name}-measure-${group.id}`;
export const bottleneckId = (name: string): string => `${name}-bottleneck`;
export const attackId = (name: string): string => `${name}-attack`;

/** Time of a sample in training, in arbitrary units. */
const sampleCost = ({ width }: Group, { depth }: DigitPlan): number =>
  width ** 2 * depth + 100 * width;

/** What a group's networks depend on; which digits they learn is in the step's id. */
const trainingPlan = (group: Group, { depth, drawn }: DigitPlan): object => ({
  ...group,
  depth,
  drawn,
});

/** Seeds of a group's networks: no two of a figure share one. */
function seedsOf({ id, count }: Group, seed: number): number[] {
  let own = 0;
  for (let i = 0; i < id.length; i++) own += id.charCodeAt(i);
  return Array.from({ length: count }, (_, i) => 1000 * seed + own + 17 * i);
}

export function trainingStep(
  group: Group,
  plan: DigitPlan,
  seed: number,
  digits: Digits,
): Step<DigitResult> {
  const { width, count, sampleCount } = group;
  return {
    id: trainingId(digits.name, group),
    title: `N = ${width}: training ${count} ${count > 1 ? 'networks' : 'network'}`,
    cost: sampleCost(group, plan) * count * sampleCount,
    plan: trainingPlan(group, plan),
    async run(context) {
      const { dataset, mean } = digits.coefficients();
      const seeds = seedsOf(group, seed);
      const networks = digitNetworks(dataset.inputWidth, width, plan.depth, seeds);
      const trained = await trainOnDigits(context, networks, dataset, seeds, group);
      return {
        kind: 'group',
        networks: trained.map(({ network }) => stored(onPixels(restoreNetwork(network), mean))),
      };
    },
  };
}

const stored = ({ spec, parameters }: Network): StoredNetwork => ({ spec, parameters });

/** λ₁ and outputs of a group's networks at every test image. */
export function measureStep(group: Group, plan: DigitPlan, digits: Digits): Step<DigitResult> {
  return {
    id: measureId(digits.name, group),
    title: `N = ${group.width}: λ₁ of ${group.count} over 784 inputs`,
    plan: trainingPlan(group, plan),
    cost: 4 * (sampleCost(group, plan) + 784 * group.width) * group.count * digits.testCount,
    async run(context) {
      const { networks } = finder(context.earlier)(trainingId(digits.name, group), 'group');
      const found = await measureImages(
        context,
        networks.map(restoreNetwork),
        plan.depth,
        (first, last) => digits.testInputs(first, last),
        digits.testLabels().length,
      );
      return {
        kind: 'measured',
        exponents: found.map(({ exponents }) => exponents),
        outputs: found.map(({ outputs }) => outputs),
      };
    },
  };
}

/** The main network's last hidden layer read through two neurons, at every test image. */
export function bottleneckStep(plan: DigitPlan, seed: number, digits: Digits): Step<DigitResult> {
  const { main, bottleneck, depth } = plan;
  return {
    id: bottleneckId(digits.name),
    title: 'bottleneck of two neurons',
    cost: 0.4 * sampleCost(main, plan) * bottleneck.sampleCount,
    plan: { ...trainingPlan(main, plan), bottleneck },
    async run(context) {
      const { dataset, mean } = digits.coefficients();
      const group = finder(context.earlier)(trainingId(digits.name, main), 'group');
      const whole = onCoefficients(restoreNetwork(group.networks[0]), mean);
      const start = withBottleneck(whole, seed);
      const [trained] = await trainOnDigits(context, [start], dataset, [seed], bottleneck, depth);
      const network = onPixels(restoreNetwork(trained.network), mean);
      const inputs = digits.testInputs(0, digits.testLabels().length);
      const { classes } = await evaluate(context, network, depth, inputs);
      const { outputs } = await evaluate(context, upToBottleneck(network), depth, inputs);
      const labels = digits.testLabels();
      return {
        kind: 'projected',
        network: stored(network),
        testAccuracy: labels.filter((label, i) => classes[i] === label).length / labels.length,
        places: outputs,
      };
    },
  };
}

/** Attacks from images of one digit towards another. */
export function attackStep(plan: DigitPlan, digits: Digits): Step<DigitResult> {
  const { main, bottleneck: readout, depth, attackCount } = plan;
  const { stepCount } = ATTACK;
  return {
    id: attackId(digits.name),
    title: `attacks from ${ATTACK.from} to ${ATTACK.to}`,
    plan: { ...trainingPlan(main, plan), readout, attackCount, ...ATTACK },
    cost: 8 * (sampleCost(main, plan) + 784 * main.width) * attackCount * stepCount,
    async run(context) {
      const find = finder(context.earlier);
      const group = find(trainingId(digits.name, main), 'group');
      const network = restoreNetwork(group.networks[0]);
      const bottleneck = upToBottleneck(
        restoreNetwork(find(bottleneckId(digits.name), 'projected').network),
      );
      const starts = await chooseStarts(context, network, plan, digits);
      const attackCount = starts.length;
      const inputs = new Float32Array(attackCount * PIXEL_COUNT);
      starts.forEach((i, k) => inputs.set(digits.testInputs(i, i + 1), k * PIXEL_COUNT));
      const path = await attackPath(context, network, inputs, digits.scale());
      const seen = await evaluate(context, network, depth, path, context.onProgress, true);
      const { outputs: places } = await evaluate(context, bottleneck, depth, path);
      return {
        kind: 'attacked',
        attackCount,
        starts: Uint32Array.from(starts),
        exponents: seen.exponents,
        classes: seen.classes,
        places,
        angles: stepAngles(path, seen.directions, attackCount),
      };
    },
  };
}

/** Test images of the attacked digit that the network gets right. */
async function chooseStarts(
  context: StepContext<DigitResult>,
  network: Network,
  { attackCount, depth }: DigitPlan,
  digits: Digits,
): Promise<number[]> {
  const candidates = Array.from(digits.testLabels(), (label, i) => [label, i] as const)
    .filter(([label]) => label === ATTACK.from)
    .slice(0, 2 * attackCount)
    .map(([, i]) => i);
  const inputs = new Float32Array(candidates.length * PIXEL_COUNT);
  candidates.forEach((i, k) => inputs.set(digits.testInputs(i, i + 1), k * PIXEL_COUNT));
  const { classes } = await evaluate(context, network, depth, inputs);
  return candidates.filter((_, k) => classes[k] === ATTACK.from).slice(0, attackCount);
}

/** [point][attack][784] */
async function attackPath(
  { engine, signal }: StepContext<DigitResult>,
  network: Network,
  inputs: Float32Array,
  { mean, deviation }: DigitScale,
): Promise<Float32Array> {
  const targets = new Float32Array((inputs.length / PIXEL_COUNT) * DIGIT_COUNT);
  for (let at = ATTACK.to; at < targets.length; at += DIGIT_COUNT) targets[at] = 1;
  const model = engine.createModel(network);
  const { stepCount, stepSize } = ATTACK;
  try {
    const { path } = await engine.attack(
      model,
      inputs,
      targets,
      {
        norm: 'l2',
        radius: stepCount * stepSize,
        stepCount,
        stepSize,
        loss: 'cross-entropy',
        direction: 'towards',
        bounds: [-mean / deviation, (1 - mean) / deviation],
        path: true,
      },
      { signal },
    );
    return path!;
  } finally {
    model.dispose();
  }
}

/** Degrees, [step][attack], between steps of paths [point][attack][784] and directions at their starts. */
function stepAngles(path: Float32Array, directions: Float32Array, count: number): Float32Array {
  const stride = count * PIXEL_COUNT;
  return Float32Array.from({ length: path.length / PIXEL_COUNT - count }, (_, at) => {
    const start = at * PIXEL_COUNT;
    let [along, square] = [0, 0];
    for (let i = start; i < start + PIXEL_COUNT; i++) {
      const moved = path[i + stride] - path[i];
      along += moved * directions[i];
      square += moved * moved;
    }
    return (Math.acos(Math.min(1, Math.abs(along) / Math.sqrt(square))) * 180) / Math.PI;
  });
}
