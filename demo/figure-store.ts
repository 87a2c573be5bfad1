import type { RunChoice } from './figure-messages.ts';

/*
 * Results of steps of figures in the browser's storage (IndexedDB).
 */

const DATABASE = 'ftle-map-figures';
const STEPS = 'steps';

/** Results depend on all of the choice. */
const keyOf = ({ name, size, seed, backend }: RunChoice, id: string): string =>
  [name, size, seed, backend, id].join('/');

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

/** Steps of a run that are kept. */
export async function countSteps(choice: RunChoice): Promise<number> {
  const store = await openStore('readonly');
  return promised(store.count(rangeOf(choice)));
}

export async function discardSteps(choice: RunChoice): Promise<void> {
  const store = await openStore('readwrite');
  await promised(store.delete(rangeOf(choice)));
}

/** All keys of a run: `0` follows `/`. */
function rangeOf(choice: RunChoice): IDBKeyRange {
  const start = keyOf(choice, '');
  return IDBKeyRange.bound(start, `${start.slice(0, -1)}0`, false, true);
}
