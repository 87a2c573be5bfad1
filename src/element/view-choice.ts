import { hasLayer } from './view.ts';
import type { Picture } from './picture.ts';
import type { Plan } from './plan.ts';
import { PlaneChoice } from './plane-choice.ts';
import type { PlaneSettings } from './plane-settings.ts';
import type { ViewSettings } from './settings.ts';

/** What is wanted of a view, and how much of it fits the network. */
export class ViewChoice {
  #plane: PlaneChoice;

  constructor(
    public settings: ViewSettings,
    plane: PlaneSettings,
  ) {
    this.#plane = new PlaneChoice(plane);
  }

  /** Whether other settings ask for another rectangle, and for nothing else that is new. */
  differsInDomain(other: ViewSettings): boolean {
    const { settings } = this;
    const names = ['layer', 'space', 'resolution', 'tolerance'] as const;
    return names.every((name) => other[name] === settings[name]);
  }

  setPlane(settings: PlaneSettings): void {
    this.#plane = new PlaneChoice(settings);
  }

  /** Gives a picture what fits any network. */
  applyTo(picture: Picture): void {
    const { domain, space, tolerance } = this.settings;
    [picture.domain, picture.space, picture.tolerance] = [domain, space, tolerance];
  }

  /**
   * Gives a picture layer and plane for a new network: what is wanted, or what there always is.
   *
   * @returns takes it back.
   */
  begin(picture: Picture, plan: Plan): () => void {
    const { layer, plane } = picture;
    const wanted = this.settings.layer;
    picture.layer = hasLayer(plan.network, wanted) ? wanted : 'last';
    picture.plane = this.#plane.findOrDefault(plan);
    return () => {
      [picture.layer, picture.plane] = [layer, plane];
    };
  }

  /** @throws NetworkError if the network has no such layer; the old one stays. */
  takeLayer(picture: Picture, { network }: Plan): void {
    picture.takeLayer(this.settings.layer, network);
  }

  /** @throws DataError if the plane does not fit the network; the old one stays. */
  takePlane(picture: Picture, plan: Plan): void {
    picture.plane = this.#plane.find(plan);
  }
}
