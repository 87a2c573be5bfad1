import { FIG_3A } from './fig3a.ts';
import { FIG_3B } from './fig3b.ts';
import { FIG_S1 } from './figs1.ts';
import type { Figure } from './figure.ts';

/** Every figure that can be run. Whoever runs one keeps results of its steps without looking into them. */
export const FIGURES = [
  FIG_3A as Figure<unknown>,
  FIG_3B as Figure<unknown>,
  FIG_S1 as Figure<unknown>,
] as const;

export const FIGURE_NAMES: readonly string[] = FIGURES.map(({ name }) => name);

export function findFigure(name: string): Figure<unknown> | undefined {
  return FIGURES.find((figure) => figure.name === name);
}
