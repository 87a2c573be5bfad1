// samples.ts: how often work is measured, and in what order

/** When works that are measured in turn have been measured enough. */
export interface Patience {
  readonly leastRuns: number;
  /** Milliseconds for each of the works, after which no round is begun beyond the least. */
  readonly mostMs: number;
}

/** Rounds that are enough of what takes long, milliseconds that are of what does not, and the end of it. */
const ENOUGH_RUNS = 7;
const ENOUGH_MS = 300;
const MOST_RUNS = 500;

/** Whether there is another round, after some that took so many milliseconds for each of the works. */
export function wantsRound(runs: number, ms: number, { leastRuns, mostMs }: Patience): boolean {
  if (runs < leastRuns) return true;
  if (runs >= MOST_RUNS || ms >= mostMs) return false;
  return runs < ENOUGH_RUNS || ms < ENOUGH_MS;
}

/** Measures works in turn, in an order that rotates: what each gave, by round. */
export async function sampleInTurn(
  samplers: readonly (() => Promise<number>)[],
  patience: Patience,
): Promise<number[][]> {
  const samples: number[][] = samplers.map(() => []);
  const begin = performance.now();
  const spent = (): number => (performance.now() - begin) / samplers.length;
  for (let round = 0; wantsRound(round, spent(), patience); round++) {
    for (let turn = 0; turn < samplers.length; turn++) {
      const i = (turn + round) % samplers.length;
      samples[i].push(await samplers[i]());
    }
  }
  return samples;
}

/**
 * How often something must be repeated to take long enough: doubled from `first` on, and `most` at most.
 *
 * @param measure - milliseconds of so many repetitions.
 */
export async function longEnough(
  leastMs: number,
  { first, most }: { readonly first: number; readonly most: number },
  measure: (count: number) => Promise<number>,
): Promise<number> {
  // Once more, for what is done once.
  await measure(first);
  for (let count = first; ; count *= 2) {
    if (2 * count > most || (await measure(count)) >= leastMs) return count;
  }
}
