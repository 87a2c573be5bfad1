import { GpuField } from '../../../src/engine/gpu-field.ts';
import { GpuModel } from '../../../src/engine/gpu-model.ts';
import { coordinatePlane } from '../../../src/model/plane.ts';
import { describeTestAdapter, getBenchDevice } from '../../support/device.ts';
import { takeFastestKernels } from '../../support/fastest.ts';
import { DOMAIN } from '../workloads.ts';
import type { Contestant } from './contestant.ts';

/** This library, as the element uses it: outputs, classes and λ₂ are computed too. */
export const OURS: Contestant = {
  tool: 'ftle-map',
  way: 'as its users would',
  note: 'the field that the element computes, with λ₂, directions and outputs',
  async prepare({ network, side }) {
    const { software } = await describeTestAdapter();
    const model = new GpuModel(await getBenchDevice(), network);
    const field = await GpuField.create(model, { slow: software });
    const request = {
      plane: coordinatePlane(2),
      domain: DOMAIN,
      width: side,
      height: side,
      layer: network.depth,
    };
    await takeFastestKernels(field, request);
    if (!software) {
      // Which road is the fastest is found out beside the first field that is large enough.
      await field.compute(request);
      await field.improved;
    }
    return {
      run: () => field.compute(request),
      async read() {
        const { exponents, span } = await field.read();
        return exponents.map((value) => value * span);
      },
      dispose() {
        field.dispose();
        model.dispose();
      },
    };
  },
};
