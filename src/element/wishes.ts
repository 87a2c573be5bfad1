import { DEFAULTS } from './attributes.ts';
import { readPlaneSettings } from './plane-settings.ts';
import type { ProblemSource } from './problems.ts';
import {
  readBackend,
  readGestures,
  readLearningRate,
  readNetworkSettings,
  readStyleSettings,
  readViewSettings,
  type Given,
} from './settings.ts';

/** The settings in groups, each of which has one effect when it changes. */
const READERS = {
  network: readNetworkSettings,
  plane: readPlaneSettings,
  view: readViewSettings,
  style: readStyleSettings,
  learningRate: readLearningRate,
  gestures: readGestures,
  backend: readBackend,
};

const GROUPS = Object.keys(READERS) as GroupName[];

type Readers = typeof READERS;
export type GroupName = keyof Readers;

const SOURCES: Readonly<Record<GroupName, ProblemSource>> = {
  network: 'network-settings',
  plane: 'plane-settings',
  view: 'view-settings',
  style: 'style',
  learningRate: 'learning-rate',
  gestures: 'gestures',
  backend: 'backend',
};

/** The settings that are in force: of each group the last that were good. */
export class Wishes {
  readonly #values = new Map<GroupName, unknown>(
    GROUPS.map((name) => [name, READERS[name](DEFAULTS)]),
  );

  get<N extends GroupName>(name: N): ReturnType<Readers[N]> {
    return this.#values.get(name) as ReturnType<Readers[N]>;
  }

  /**
   * Takes in new values.
   *
   * @param report - told for each group what is wrong with it, or null.
   * @returns the groups that have changed.
   */
  take(given: Given, report: (source: ProblemSource, error: unknown) => void): GroupName[] {
    return GROUPS.filter((name) => {
      try {
        const value = READERS[name](given);
        report(SOURCES[name], null);
        const hasChanged = !isSame(value, this.#values.get(name));
        this.#values.set(name, value);
        return hasChanged;
      } catch (error) {
        report(SOURCES[name], error);
        return false;
      }
    });
  }
}

/** Settings that are the user's own objects. */
const OBJECTS = ['data', 'files', 'plane', 'points'];

/** True for equal settings; objects of the user's own are equal if they are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
  const other = b as Record<string, unknown>;
  return Object.entries(a).every(([name, value]) => {
    return OBJECTS.includes(name)
      ? value === other[name]
      : JSON.stringify(value) === JSON.stringify(other[name]);
  });
}
