import { asError } from '../errors.ts';
import { createPlaneView, type PlaneView } from './plane-view.ts';
import type { PlaneSettings } from './plane-settings.ts';
import type { Plan } from './plan.ts';

/** The plane of settings that no network contradicts. */
const DEFAULT: PlaneSettings = { axes: null, plane: null, points: null, data: null };

/** Finds the plane that settings name for a plan; principal components take time, so each is found once. */
export class PlaneChoice {
  #known: { readonly plan: Plan; readonly found: PlaneView | Error } | null = null;

  constructor(readonly settings: PlaneSettings) {}

  /** @throws DataError if the settings do not fit the network. */
  find(plan: Plan): PlaneView {
    if (this.#known?.plan !== plan) this.#known = { plan, found: this.#create(plan) };
    const { found } = this.#known;
    if (found instanceof Error) throw found;
    return found;
  }

  /** The same, or the default plane where the settings do not fit. */
  findOrDefault(plan: Plan): PlaneView {
    try {
      return this.find(plan);
    } catch {
      return createPlaneView(DEFAULT, plan.network.inputWidth, plan.dataset);
    }
  }

  #create({ network, dataset }: Plan): PlaneView | Error {
    try {
      return createPlaneView(this.settings, network.inputWidth, dataset);
    } catch (error) {
      return asError(error);
    }
  }
}
