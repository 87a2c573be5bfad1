import { PIXEL_COUNT } from '../data/digits.ts';
import { deviation, mean } from '../math/statistics.ts';
import { ATTACK, PLANS } from './digit-plans.ts';
import {
  attackId,
  attackStep,
  bottleneckStep,
  finder,
  openDigits,
  trainingId,
  trainingStep,
  type Attacked,
  type DigitResult,
} from './digit-steps.ts';
import type { Conclusion, Figure, Step } from './figure.ts';
import { restoreNetwork } from './training.ts';
import { showNumber } from './writing.ts';

/*
 * Fig. S4 of Storm et al. (2024): the angle between an attack and the direction in which the network stretches
 * most, along the attack.
 */

/** Steps before and after the one in which the class changes. */
const SPAN = 10;

export const FIG_S4: Figure<DigitResult> = {
  name: 'figS4',
  title: 'Angle between attacks and the direction of maximal stretching',
  sharesWith: 'fig4',
  wantsDigits: true,

  steps(settings): Step<DigitResult>[] {
    const plan = PLANS[settings.size];
    const digits = openDigits(settings);
    return [
      trainingStep(plan.main, plan, settings.seed, digits),
      bottleneckStep(plan, settings.seed, digits),
      attackStep(plan, digits),
    ];
  },

  conclude(settings, results): Promise<Conclusion> {
    const { name } = openDigits(settings);
    const find = finder((id) => results.get(id)!);
    const attacked = find(attackId(name), 'attacked');
    const rows = alignedRows(attacked);
    const at = (step: number) => rows.find((row) => row.step === step);
    const crossing = at(-1);
    const before = at(-SPAN) ?? rows[0];
    const reached = crossings(attacked).filter((step) => step !== null).length;
    return Promise.resolve({
      charts: [{ name: 'figS4', title: FIG_S4.title, spec: angleChart(rows) }],
      tables: [
        {
          name: 'figS4',
          columns: ['step', 'attacks', 'angle', 'angleDeviation', 'lambda'],
          rows: rows.map((row) => [row.step, row.count, row.angle, row.deviation, row.lambda]),
        },
      ],
      networks: find(trainingId(name, PLANS[settings.size].main), 'group').networks.map(
        (network) => ({ name: 'main-1', network: restoreNetwork(network) }),
      ),
      comparison: crossing
        ? [
            {
              quantity: 'angle in the step that crosses the boundary, degrees',
              paper: null,
              ours: crossing.angle,
              error: crossing.deviation / Math.sqrt(crossing.count),
            },
            {
              quantity: `angle ${-before.step} steps before the boundary, degrees`,
              paper: null,
              ours: before.angle,
              error: before.deviation / Math.sqrt(before.count),
            },
          ]
        : [],
      findings: [
        `${reached} of ${attacked.attackCount} attacks turn a ${ATTACK.from} into a ${ATTACK.to}`,
        `two random directions of ${PIXEL_COUNT} inputs are ${showNumber(randomAngle(PIXEL_COUNT))} degrees apart on average; two in the space of ${PLANS[settings.size].main.width} that the first layer sees, ${showNumber(randomAngle(PLANS[settings.size].main.width))}`,
      ],
    });
  },
};

/** Mean angle between lines in random directions of a space, degrees: its integral over one component. */
function randomAngle(dimensions: number): number {
  const parts = 2000;
  let [sum, total] = [0, 0];
  for (let k = 0; k < parts; k++) {
    const angle = ((k + 0.5) / parts) * (Math.PI / 2);
    const weight = Math.sin(angle) ** (dimensions - 2);
    sum += weight * angle;
    total += weight;
  }
  return ((sum / total) * 180) / Math.PI;
}

/** The point of each attack that is first taken for the aim; null if there is none. */
function crossings({ attackCount, classes }: Attacked): (number | null)[] {
  return Array.from({ length: attackCount }, (_, attack) => {
    for (let step = 1; step <= ATTACK.stepCount; step++) {
      if (classes[step * attackCount + attack] === ATTACK.to) return step;
    }
    return null;
  });
}

interface AngleRow {
  /** Steps since the point that was first taken for the aim: −1 is the step that leads there. */
  readonly step: number;
  /** Attacks that have such a step. */
  readonly count: number;
  /** Degrees, over attacks. */
  readonly angle: number;
  readonly deviation: number;
  readonly lambda: number;
}

/** Means over attacks, each counted from where it crosses. */
function alignedRows(attacked: Attacked): AngleRow[] {
  const { attackCount, angles, exponents } = attacked;
  const found = crossings(attacked);
  return Array.from({ length: 2 * SPAN + 1 }, (_, i) => i - SPAN).flatMap((step): AngleRow[] => {
    const places = found.flatMap((crossing, attack) => {
      const at = (crossing ?? NaN) + step;
      const isThere = at >= 0 && at < ATTACK.stepCount;
      return isThere && Number.isFinite(angles[at * attackCount + attack])
        ? [at * attackCount + attack]
        : [];
    });
    if (places.length === 0) return [];
    const own = places.map((at) => angles[at]);
    return [
      {
        step,
        count: places.length,
        angle: mean(own),
        deviation: deviation(own),
        lambda: mean(places.map((at) => exponents[at])),
      },
    ];
  });
}

function angleChart(rows: readonly AngleRow[]): object {
  const values = rows.map((row) => ({
    ...row,
    low: row.angle - row.deviation,
    high: row.angle + row.deviation,
  }));
  const x = { field: 'step', type: 'quantitative', title: 'steps after the boundary' };
  return {
    data: { values },
    hconcat: [
      {
        width: 280,
        height: 180,
        encoding: { x },
        layer: [
          {
            mark: { type: 'area', opacity: 0.2 },
            encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
          },
          {
            mark: { type: 'line', point: true },
            encoding: { y: { field: 'angle', type: 'quantitative', title: 'angle, degrees' } },
          },
        ],
      },
      {
        width: 280,
        height: 180,
        mark: { type: 'line', point: true },
        encoding: {
          x,
          y: { field: 'lambda', type: 'quantitative', title: 'λ₁', scale: { zero: false } },
        },
      },
    ],
  };
}
