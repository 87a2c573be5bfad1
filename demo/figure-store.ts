import type { DigitImages } from '../src/data/digits.ts';
import { findFigure } from '../src/figures/registry.ts';
import type { RunChoice } from './figure-messages.ts';

/*
 * Results of steps of figures, and digits to compute them with, in the browser's storage (IndexedDB).
 */

const DATABASE = 'ftle-map-figures';
const STEPS = 'steps';

/** No run is named so. */
const DIGITS = '/mnist';

/** Results depend on all of the choice but the digits, which ids of steps name. */
const keyOf = ({ name, size, seed, backend }: RunChoice, id: string): string =>
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
export async function loadStep(choice: RunChoice, id: string): Promise<unknown> {
  const store = await openStore('readonly');
  return promised(store.get(keyOf(choice, id)));
}

export async function saveStep(choice: RunChoice, id: string, result: unknown): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.put(result, keyOf(choice, id)));
}

/** How many of these steps are kept. */
export async function countSteps(choice: RunChoice, ids: readonly string[]): Promise<number> {
  const store = await openStore('readonly');
  const counts = await Promise.all(ids.map((id) => promised(store.count(keyOf(choice, id)))));
  return counts.reduce((sum, count) => sum + count, 0);
}

export async function discardSteps(choice: RunChoice, ids: readonly string[]): Promise<void> {
  const store = await openStore('readwrite');
  await Promise.all(ids.map((id) => promised(store.delete(keyOf(choice, id)))));
}

export async function loadDigits(): Promise<DigitImages | undefined> {
  const store = await openStore('readonly');
  return promised(store.get(DIGITS) as IDBRequest<DigitImages | undefined>);
}

export async function saveDigits(digits: DigitImages): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.put(digits, DIGITS));
}
