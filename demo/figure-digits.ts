import { MNIST_ADDRESS, MNIST_FILES, readMnist, type DigitImages } from '../src/data/digits.ts';
import type { FigureSettings } from '../src/figures/figure.ts';
import { findFigure } from '../src/figures/registry.ts';
import type { RunChoice } from './figure-messages.ts';
import { loadDigits, saveDigits } from './figure-store.ts';

/** What a run computes with; MNIST from the browser's storage, or else from its address. */
export async function settingsOf(choice: RunChoice): Promise<FigureSettings> {
  if (choice.source === 'drawn' || !findFigure(choice.name)?.wantsDigits) return choice;
  return { ...choice, digits: (await loadDigits()) ?? (await fetchMnist()) };
}

/** Settings that give the ids of a run's steps, which depend on the name of the digits alone. */
export function namedSettings(choice: RunChoice): FigureSettings {
  if (choice.source === 'drawn') return choice;
  const none = new Uint8Array(0);
  return { ...choice, digits: { name: 'mnist', trainCount: 0, pixels: none, labels: none } };
}

async function fetchMnist(): Promise<DigitImages> {
  const digits = await readMnist(async (name) => {
    const address = `${MNIST_ADDRESS}${name}`;
    let response: Response;
    try {
      response = await fetch(address);
    } catch (cause) {
      throw new Error(`${address} cannot be reached: choose the files instead`, { cause });
    }
    if (!response.ok) throw new Error(`${address} answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });
  await saveDigits(digits);
  return digits;
}

/** Keeps MNIST from files that were chosen or dropped. */
export async function keepFiles(files: readonly File[]): Promise<void> {
  const wanted = Object.values(MNIST_FILES);
  const missing = wanted.filter((name) => !files.some((file) => file.name === name));
  if (missing.length > 0) {
    throw new Error(`MNIST is four files, chosen together; ${missing.join(', ')} is missing`);
  }
  const digits = await readMnist(async (name) => {
    const file = files.find((candidate) => candidate.name === name)!;
    return new Uint8Array(await file.arrayBuffer());
  });
  await saveDigits(digits);
}
