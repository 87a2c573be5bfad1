import { FIG_4 } from './fig4.ts';
import { FIG_S1 } from './figs1.ts';
import { FIG_S4 } from './figs4.ts';
import type { Figure } from './figure.ts';

/** Every figure that can be run. Whoever runs one keeps results of its steps without looking into them. */
export const FIGURES = [
  FIG_S1 as Figure<unknown>,
  FIG_4 as Figure<unknown>,
  FIG_S4 as Figure<unknown>,
] as const;

export const FIGURE_NAMES: readonly string[] = FIGURES.map(({ name }) => name);

export function findFigure(name: string): Figure<unknown> | undefined {
  return FIGURES.find((figure) => figure.name === name);
}
