import { assert } from '../errors.ts';
import type { Conclusion, Figure, Step } from './figure.ts';
import { PLANS, prepareDigits, trainingStep, type TrainedGroup } from './digit-steps.ts';

type Result = TrainedGroup;

export const FIG_4: Figure<Result> = {
  name: 'fig4',
  title: 'Digits',
  wantsDigits: true,
  steps({ size, seed, digits }): Step<Result>[] {
    const plan = PLANS[size];
    assert(digits !== undefined, 'no digits');
    const prepared = prepareDigits(digits);
    return [...plan.ensemble, plan.main, ...plan.others].map((group) =>
      trainingStep(group, plan.depth, seed, prepared),
    );
  },
  conclude(): Promise<Conclusion> {
    return Promise.reject(new Error('later'));
  },
};
