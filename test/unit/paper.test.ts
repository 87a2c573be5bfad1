// Plan: the numbers of the full runs that docs/paper.md keeps, against what the paper says. Levels of fig3b: the boundary
// within 0.4 of the paper's and independent of N within 0.5, the centre rising with N; contrast of fig2 growing with L
// and fading with N; random embedding of fig3a worse than full training but where it is better in the paper too, closing
// at every N; spread of figS1 smaller after training; fig4: H and error grow with λ₁, its mean grows and its deviation
// falls with N, as do clusters' middles against their edges. Control: a row that is not there is told.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/paper.md'), 'utf8');

interface Row {
  readonly figure: string;
  readonly quantity: string;
  readonly paper: number;
  readonly ours: number;
}

/** The first number of a cell; NaN if there is none. */
const numberOf = (cell: string): number => parseFloat(cell.replaceAll('−', '-'));

const ROWS = text
  .split('\n')
  .filter((line) => /^\| fig/.test(line))
  .map((line): Row => {
    const [, figure, quantity, paper, ours] = line.split(' | ').flatMap((cell, i) => {
      return i === 0 ? ['', cell.replace(/^\| /, '').trim()] : [cell.trim()];
    });
    return { figure, quantity, paper: numberOf(paper), ours: numberOf(ours) };
  });

function rowsOf(figure: string, pattern: RegExp): Row[] {
  const found = ROWS.filter((row) => row.figure === figure && pattern.test(row.quantity));
  if (found.length === 0) throw new Error(`${figure} has no row ${String(pattern)}`);
  return found;
}

const ours = (figure: string, pattern: RegExp): number[] =>
  rowsOf(figure, pattern).map((row) => row.ours);

const rises = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]);

describe('the numbers in docs/paper.md', () => {
  it('fig2: contrast grows with L and fades with N', () => {
    for (const width of [10, 50, 250]) {
      expect(rises(ours('fig2', new RegExp(`contrast.*N = ${width},`)))).toBe(true);
    }
    for (const depth of [2, 4, 8, 12]) {
      const byWidth = ours('fig2', new RegExp(`contrast.*L = ${depth}$`));
      expect(byWidth).toHaveLength(3);
      expect(rises(byWidth.toReversed())).toBe(true);
    }
  });

  it('fig3a: random hidden weights are worse but for the widest networks, closing at every N', () => {
    const [random, full] = [rowsOf('fig3a', /random/), rowsOf('fig3a', /full/)];
    expect(random).toHaveLength(8);
    const ratios = random.map((row, i) => row.ours / full[i].ours);
    expect(rises(ratios.toReversed())).toBe(true);
    const paperRatios = random.map((row, i) => row.paper / full[i].paper);
    expect(ratios.every((ratio, i) => ratio > 1 || paperRatios[i] < 1)).toBe(true);
    expect(ratios.slice(0, 7).every((ratio) => ratio > 1)).toBe(true);
  });

  it('fig3b: the boundary is the paper’s, and hardly depends on N; the centre rises', () => {
    const boundaries = rowsOf('fig3b', /^boundary, L = \d+, N/);
    expect(boundaries).toHaveLength(20);
    for (const row of boundaries) expect(Math.abs(row.ours - row.paper)).toBeLessThan(0.4);
    expect(Math.max(...ours('fig3b', /largest difference between N/))).toBeLessThan(0.5);
    expect(rises([0, ...ours('fig3b', /rise with log N/).slice(0, 3)])).toBe(true);
    const [rate] = rowsOf('fig3b', /^C_c of the fit/);
    expect(Math.abs(rate.ours - rate.paper)).toBeLessThan(0.1);
  });

  it('figS1: start variances matter less after training', () => {
    const [before, after] = [ours('figS1', /before training/), ours('figS1', /the same after/)];
    before.forEach((spread, i) => expect(after[i]).toBeLessThan(spread / 2));
  });

  it('fig4: uncertainty grows with λ₁, clusters and widths are ordered', () => {
    expect(ours('fig4', /^N = 20.*test accuracy/)[0]).toBeGreaterThan(97);
    expect(ours('fig4', /^Spearman of λ₁ and H, both/)[0]).toBeGreaterThan(0.5);
    expect(ours('fig4', /^Spearman of λ₁.*wrong/)[0]).toBeGreaterThan(0.3);
    const [centre] = ours('fig4', /centres of clusters/);
    expect(centre).toBeLessThan(0);
    expect(centre).toBeLessThan(ours('fig4', /at their edges/)[0]);
    expect(rises(ours('fig4', /: mean of λ₁/))).toBe(true);
    expect(rises(ours('fig4', /: deviation of λ₁/).toReversed())).toBe(true);
  });

  it('has no row that is not there', () => {
    expect(() => rowsOf('fig4', /N = 7/)).toThrow('no row');
  });
});
