import { prepareField } from '../field-time.ts';
import { benchTarget } from '../timing.ts';
import type { Contestant } from './contestant.ts';

/** This library, as the element uses it: outputs, classes and λ₂ are computed too. */
export const OURS: Contestant = {
  tool: 'ftle-map',
  way: 'as its users would',
  note: 'the field that the element computes, with λ₂, directions and outputs',
  async prepare({ network, side }) {
    const target = await benchTarget();
    const { field, run, dispose } = await prepareField(target, network, side, {
      slow: target.software,
    });
    return {
      run,
      async read() {
        const { exponents, span } = await field.read();
        return exponents.map((value) => value * span);
      },
      dispose,
    };
  },
};
