import { FIG_2 } from './fig2.ts';
import { FIG_3A } from './fig3a.ts';
import { FIG_3B } from './fig3b.ts';
import { FIG_4 } from './fig4.ts';
import type { Figure } from './figure.ts';
import { FIG_S1 } from './figs1.ts';
import { FIG_S4 } from './figs4.ts';

/** Every figure that can be run. Whoever runs one keeps results of its steps without looking into them. */
export const FIGURES = [
  FIG_2,
  FIG_3A,
  FIG_3B,
  FIG_4,
  FIG_S1,
  FIG_S4,
] as unknown as readonly Figure<unknown>[];

export const FIGURE_NAMES: readonly string[] = FIGURES.map(({ name }) => name);

export function findFigure(name: string): Figure<unknown> | undefined {
  return FIGURES.find((figure) => figure.name === name);
}
