import { assert } from '../errors.ts';
import type { Scope } from '../gpu/scope.ts';
import type { LayerPlace } from '../model/layer-choice.ts';
import type { ExponentSpace } from './engine.ts';
import type { FieldJob, FieldRoad, RoadName } from './field-road.ts';
import { createFusedRoad, createPairedRoad } from './fused-road.ts';
import type { GpuModel } from './gpu-model.ts';
import { canTake, likelyRoads } from './road-choice.ts';

/** Pixels of a field that is worth it to measure roads. */
const LEAST_MEASURED_PIXELS = 1 << 14;

type RoadMaker = (
  scope: Scope,
  model: GpuModel,
  slow: boolean,
  muchWork?: number,
) => Promise<FieldRoad>;

/** All but the first are not in what a page loads at once: that is for a network of a few rows. */
const ROADS: Readonly<Record<RoadName, RoadMaker>> = {
  fused: createFusedRoad,
  'fused-2': createPairedRoad,
  wide: async (scope, model, _, muchWork) =>
    (await import('./wide-road.ts')).createWideRoad(scope, model, muchWork),
  grouped: async (scope, model, slow) =>
    (await import('./grouped-road.ts')).createGroupedRoad(scope, model, 8, slow),
  'grouped-4': async (scope, model, slow) =>
    (await import('./grouped-road.ts')).createGroupedRoad(scope, model, 4, slow),
  tiled: async (scope, model) => (await import('./tiled-road.ts')).createTiledRoad(scope, model, 8),
  'tiled-4': async (scope, model) =>
    (await import('./tiled-road.ts')).createTiledRoad(scope, model, 4),
  'by-op': async (scope, model, slow) =>
    (await import('./by-op-road.ts')).createByOpRoad(scope, model, slow),
  spectral: async (scope, model, slow) =>
    (await import('./spectral-road.ts')).createSpectralRoad(scope, model, slow),
};

/** For networks and adapters of which several roads may be the fastest. */
const measuredRoads = () => import('./measured-roads.ts');

/** How a field is computed; for tests and benchmarks. */
export interface FieldSettings {
  /** A software adapter. */
  readonly slow?: boolean;
  /** The fastest that fits, by default. */
  readonly road?: Exclude<RoadName, 'spectral'>;
  /** Pixels times their cost (model/program-cost.ts) from which on a kernel that takes seconds to compile is worth it. */
  readonly muchWork?: number;
}

/** The roads that one field has used: which of them it takes, and how that gets faster. */
export class OpenRoads {
  readonly #roads = new Map<RoadName, Promise<FieldRoad>>();
  /** Roads that have computed a field. */
  readonly #used = new WeakSet<FieldRoad>();
  #improved = Promise.resolve();
  /**
   * Resolves when what is done with the first content at once, such as its statistics, is over: a compiler would hold
   * it up.
   */
  #firstUse: Promise<void> | null = null;

  /** @param scope - the field's, which owns what roads need. */
  constructor(
    readonly scope: Scope,
    readonly model: GpuModel,
    readonly settings: FieldSettings,
  ) {}

  /** Resolves when no faster kernel is still in the making. */
  get improved(): Promise<void> {
    return this.#improved;
  }

  /** The road to a place, ready to compute: the one that was found to be the fastest, or the likeliest. */
  async take(place: LayerPlace, space?: ExponentSpace): Promise<FieldRoad> {
    const { device, network } = this.model;
    const names = this.#roadNames(place, space);
    if (names.length === 1) return this.#openRoad(names[0]);
    const { fastestRoad, shapeKey } = await measuredRoads();
    const known = fastestRoad(shapeKey(device, network.program, place), names);
    return this.#openRoad(known ?? names[0]);
  }

  #openRoad(name: RoadName): Promise<FieldRoad> {
    const { model, scope } = this;
    let road = this.#roads.get(name);
    if (!road) {
      const { slow = false, muchWork } = this.settings;
      road = ROADS[name](scope, model, slow, muchWork);
      this.#roads.set(name, road);
      road.catch(() => this.#roads.delete(name));
    }
    return road;
  }

  /** Roads of which one is the fastest. */
  #roadNames(place: LayerPlace, space: ExponentSpace = 'plane'): RoadName[] {
    const { program, inputWidth } = this.model.network;
    const { road, slow = false } = this.settings;
    // A plane has all the directions that there are of up to two inputs.
    if (space === 'full' && inputWidth > 2) return ['spectral'];
    if (!road) return likelyRoads(program, place, slow);
    assert(canTake(road, program, place), `the road ${road} cannot take this network`);
    return [road];
  }

  /**
   * Gets the faster kernels of a road in the background, and finds whether another road is faster. On a software adapter
   * that begins with the second field: a compiler takes a core there, which what follows a first picture, such as the
   * kernels of training, is in more need of, and a field that is computed once has no use for it.
   *
   * @param job - what has just been computed on it.
   * @param coordinates - those of the latest field, which may have grown since.
   */
  improve(
    road: FieldRoad,
    job: FieldJob,
    space: ExponentSpace | undefined,
    coordinates: () => GPUBuffer,
  ): void {
    const isFirst = !this.#used.has(road);
    this.#used.add(road);
    if (isFirst && this.settings.slow && !road.isStopgap) return;
    this.#improved = this.#improveAfter(this.#improved, road, job, space, coordinates);
  }

  async #improveAfter(
    earlier: Promise<void>,
    road: FieldRoad,
    job: FieldJob,
    space: ExponentSpace | undefined,
    coordinates: () => GPUBuffer,
  ): Promise<void> {
    await (this.#firstUse ??= this.#queueDone().then(() => this.#queueDone()));
    if (this.scope.disposed) return;
    await road.improve?.();
    await earlier;
    const { width, height } = job.buffers;
    const names = this.#roadNames(job.place, space);
    if (names.length < 2 || width * height < LEAST_MEASURED_PIXELS) return;
    const { contest } = await measuredRoads();
    await contest(this.scope, this.model, names, job, coordinates, async (name) => {
      const other = await this.#openRoad(name);
      await other.improve?.();
      return other;
    });
  }

  /** Also of a device that is lost. */
  async #queueDone(): Promise<void> {
    await this.model.device.queue.onSubmittedWorkDone().catch(() => undefined);
  }
}
