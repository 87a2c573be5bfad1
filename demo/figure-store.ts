import type { DigitImages } from '../src/data/digits.ts';
import type { FigureSettings, Step } from '../src/figures/figure.ts';
import { findFigure } from '../src/figures/registry.ts';
import { partId, stepKey, type KeptStep } from '../src/figures/run.ts';
import type { RunChoice } from './figure-messages.ts';

/*
 * Results of steps of figures, and digits to compute them with, in the browser's storage (IndexedDB).
 */

const DATABASE = 'ftle-map-figures';
const STEPS = 'steps';

/** No run is named so. */
const DIGITS = '/mnist';

/** Results depend on all of the choice but the digits, which ids of steps name. */
const placeOf = ({ name, size, seed, backend }: RunChoice, id: string): string =>
  [findFigure(name)?.sharesWith ?? name, size, seed, backend, id].join('/');

function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the storage fails'));
  });
}

async function openStore(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STEPS);
  const database = await promised(request);
  const transaction = database.transaction(STEPS, mode);
  transaction.oncomplete = () => database.close();
  return transaction.objectStore(STEPS);
}

/** Undefined if nothing is kept. */
export async function loadStep(choice: RunChoice, id: string): Promise<KeptStep | undefined> {
  const store = await openStore('readonly');
  return promised(store.get(placeOf(choice, id)) as IDBRequest<KeptStep | undefined>);
}

export async function saveStep(choice: RunChoice, id: string, kept: KeptStep): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.put(kept, placeOf(choice, id)));
}

export async function discardStep(choice: RunChoice, id: string): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.delete(placeOf(choice, id)));
}

/** How many of these steps are kept, under the keys that they have now. */
export async function countSteps(
  choice: RunChoice,
  settings: FigureSettings,
  steps: readonly Step<unknown>[],
): Promise<number> {
  let count = 0;
  // One after the other: together they may be large.
  for (const step of steps) {
    if ((await loadStep(choice, step.id))?.key === stepKey(settings, step)) count++;
  }
  return count;
}

/** Results and parts of these steps. */
export async function discardSteps(
  choice: RunChoice,
  steps: readonly Step<unknown>[],
): Promise<void> {
  const ids = steps.flatMap(({ id }) => [id, partId(id)]);
  await Promise.all(ids.map((id) => discardStep(choice, id)));
}

export async function loadDigits(): Promise<DigitImages | undefined> {
  const store = await openStore('readonly');
  return promised(store.get(DIGITS) as IDBRequest<DigitImages | undefined>);
}

export async function saveDigits(digits: DigitImages): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.put(digits, DIGITS));
}
