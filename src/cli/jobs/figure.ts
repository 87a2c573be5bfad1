import type { FigureSettings } from '../../figures/figure.ts';
import { findFigure } from '../../figures/registry.ts';
import { runSteps, type KeptStep } from '../../figures/run.ts';
import { DataError } from '../../errors.ts';
import type { Job } from './job.ts';

export interface FigureParameters {
  readonly name: string;
  readonly settings: FigureSettings;
}

/** A step's result, which goes to the job if it is kept from before, and to the command when it is new. */
export interface StepPart extends KeptStep<unknown> {
  readonly id: string;
}

/** Those steps of a figure that the command has no result of. */
export const computeFigure: Job<FigureParameters, StepPart, StepPart, null> = async (
  { name, settings },
  { engine, signal, onProgress, receive, send },
) => {
  const figure = findFigure(name);
  if (!figure) throw new DataError(`there is no figure ${name}`);
  const kept = new Map<string, StepPart>();
  for (let part = await receive(); part; part = await receive()) kept.set(part.id, part);
  await runSteps(figure, settings, engine, {
    signal,
    store: {
      load: (id) => Promise.resolve(kept.get(id)),
      save: (id, step) => send({ id, ...step }),
    },
    onProgress: ({ fraction, doneCount, stepCount }) =>
      onProgress({ fraction, values: { step: Math.min(doneCount + 1, stepCount), of: stepCount } }),
  });
  return null;
};
