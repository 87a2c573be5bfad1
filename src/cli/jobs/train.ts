import type { Dataset } from '../../data/dataset.ts';
import type { TrainingOptions, TrainingStatus } from '../../engine/engine.ts';
import { DataError } from '../../errors.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';

export interface TrainParameters {
  /** With its start values. */
  readonly network: NetworkParcel;
  readonly dataset: Dataset;
  readonly options: TrainingOptions;
  readonly stepCount: number;
}

export interface TrainResult {
  readonly parameters: Float32Array;
  readonly status: TrainingStatus;
}

/** Milliseconds between two reports of loss and accuracy, at least. */
const REPORT_INTERVAL = 500;
const FIRST_STEPS = 16;

/**
 * A network trained for a number of steps.
 *
 * @throws DataError if training diverges.
 */
export const trainNetwork: Job<TrainParameters, never, never, TrainResult> = async (
  { network, dataset, options, stepCount },
  { engine, signal, onProgress },
) => {
  const model = engine.createModel(unpackNetwork(network));
  try {
    const trainer = await engine.createTrainer(model, dataset, options);
    try {
      let status = await trainer.evaluate();
      let steps = FIRST_STEPS;
      for (let done = 0; done < stepCount;) {
        const start = performance.now();
        const count = Math.min(steps, stepCount - done);
        await trainer.step(count);
        signal.throwIfAborted();
        status = await trainer.evaluate();
        done += count;
        if (status.diverged) {
          throw new DataError(
            `training diverged after ${status.stepCount} of ${stepCount} steps: try a learning rate below ${options.learningRate}`,
          );
        }
        const { epoch, trainLoss, testLoss, trainAccuracy, testAccuracy } = status;
        const values = { epoch, trainLoss, testLoss, trainAccuracy, testAccuracy };
        onProgress({ fraction: done / stepCount, values });
        const elapsed = Math.max(1, performance.now() - start);
        steps = Math.ceil(Math.min(4 * steps, (count * REPORT_INTERVAL) / elapsed));
      }
      return { parameters: await model.read(), status };
    } finally {
      trainer.dispose();
    }
  } finally {
    model.dispose();
  }
};
