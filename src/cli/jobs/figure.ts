import type { FigureSettings } from '../../figures/figure.ts';
import { findFigure } from '../../figures/registry.ts';
import { runSteps, type KeptStep } from '../../figures/run.ts';
import { DataError } from '../../errors.ts';
import type { Job } from './job.ts';

export interface FigureParameters {
  readonly name: string;
  readonly settings: FigureSettings;
}

/** What is kept from before of a step or, by the id of a part, of one that was interrupted. */
export interface GivenStep {
  readonly id: string;
  readonly kept: KeptStep;
}

/** What is to be kept now; null if nothing is any more. */
export interface ChangedStep {
  readonly id: string;
  readonly kept: KeptStep | null;
}

/** Those steps of a figure that the command has no result of. */
export const computeFigure: Job<FigureParameters, GivenStep, ChangedStep, null> = async (
  { name, settings },
  { engine, signal, onProgress, receive, send },
) => {
  const figure = findFigure(name);
  if (!figure) throw new DataError(`there is no figure ${name}`);
  const given = new Map<string, KeptStep>();
  for (let one = await receive(); one; one = await receive()) given.set(one.id, one.kept);
  await runSteps(figure, settings, engine, {
    signal,
    store: {
      load: (id) => Promise.resolve(given.get(id)),
      save: (id, kept) => send({ id, kept }),
      discard: (id) => send({ id, kept: null }),
    },
    onProgress: ({ fraction, doneCount, stepCount }) =>
      onProgress({ fraction, values: { step: Math.min(doneCount + 1, stepCount), of: stepCount } }),
  });
  return null;
};
