import type { Conclusion, Figure, Step } from './figure.ts';
import { PLANS } from './digit-plans.ts';
import {
  attackStep,
  bottleneckStep,
  measureStep,
  openDigits,
  trainingStep,
  type DigitResult,
} from './digit-steps.ts';

export const FIG_4: Figure<DigitResult> = {
  name: 'fig4',
  title: 'Digits',
  wantsDigits: true,
  steps(settings): Step<DigitResult>[] {
    const plan = PLANS[settings.size];
    const digits = openDigits(settings);
    const { main, ensemble, others } = plan;
    const { seed } = settings;
    return [
      trainingStep(main, plan, seed, digits),
      bottleneckStep(plan, seed, digits),
      attackStep(plan, digits),
      ...[ensemble, ...others].flatMap((group) => [
        trainingStep(group, plan, seed, digits),
        measureStep(group, plan, digits),
      ]),
      measureStep(main, plan, digits),
    ];
  },
  conclude(): Promise<Conclusion> {
    return Promise.reject(new Error('later'));
  },
};
