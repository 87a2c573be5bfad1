import type { RidgeCurve } from '../curves/ridge-curves.ts';
import type { FieldData } from '../engine/engine.ts';
import type { SavedNetworkFormat } from '../files/file-options.ts';
import { MapAttributes } from './attributes.ts';
import type { ColorRange } from './automatic-range.ts';
import type { Connection } from './connection.ts';
import type { EmbedOptions } from './embed-code.ts';
import type * as MapFiles from './map-files.ts';
import type { CurveFormats, MapCurveOptions } from './map-curves.ts';
import type { BlobOptions } from './map-files.ts';
import type { Probe } from './probe.ts';
import type { Histogram, Place, Profile, ProfileOptions } from './profile.ts';
import type * as Queries from './queries.ts';
import type { FieldOptions, MapRidgeOptions, ProbeOptions } from './queries.ts';

/** What a map answers when it is asked: numbers, curves and files of its present weights. */
export abstract class MapAnswers extends MapAttributes {
  /** Address of `ftle-map.js`, which `embedCode` names; null if not known. That file sets its own, other pages may. */
  static script: string | null = null;

  /** The connection that the properties ask for, as soon as it is there. */
  protected abstract opened(): Promise<Connection>;

  /** Bounds of the colours; null if there are none yet. */
  protected abstract get knownBounds(): ColorRange | null;

  /** Everything about the point (x, y), with the present weights. */
  async probe(x: number, y: number, options: ProbeOptions = {}): Promise<Probe> {
    const [{ live }, { probeMap }] = await this.#withQueries();
    return probeMap(live, x, y, options);
  }

  /** A field of the present weights, as arrays. */
  async field(options: FieldOptions = {}): Promise<FieldData> {
    const [{ live }, { computeMapField }] = await this.#withQueries();
    return computeMapField(live, options);
  }

  /** Ridges of a field of the present weights, as curves in plane coordinates, longest first. */
  async ridgeCurves(options: MapRidgeOptions = {}): Promise<RidgeCurve[]> {
    const [{ live }, { findMapRidges }] = await this.#withQueries();
    return findMapRidges(live, options);
  }

  /**
   * Ridges and decision boundary of a field of the present weights, as `ftle ridges` gives them: plain data
   * `{ ridges, boundary, distance, angleDegrees, … }`, or with `format` `geojson` or `svg` (a text). With `polish` ridges
   * are moved onto the continuous field.
   */
  async curves<F extends keyof CurveFormats = 'json'>(
    options: MapCurveOptions<F> = {},
  ): Promise<CurveFormats[F]> {
    const [{ live }, { findMapCurves }] = await Promise.all([
      this.opened(),
      import('./map-curves.ts'),
    ]);
    return findMapCurves(live, options);
  }

  /**
   * λ, outputs and classes along the line between two points, with the present weights: `count` points with
   * both ends, and where the line crosses the decision boundary.
   */
  async profile(
    from: Place,
    to: Place,
    count = 256,
    options: ProfileOptions = {},
  ): Promise<Profile> {
    const [{ live }, { profileMap }] = await Promise.all([this.opened(), import('./profile.ts')]);
    return profileMap(live, from, to, count, options);
  }

  /** λ₁ of the field that is shown, counted in bins; their number is a power of two up to 4,096. */
  async histogram(binCount = 64): Promise<Histogram> {
    const [{ live }, { histogramOfMap }] = await Promise.all([
      this.opened(),
      import('./profile.ts'),
    ]);
    return histogramOfMap(live, binCount);
  }

  /** Ridges of the field that is shown, as segments [count][4]: x0, y0, x1, y1. */
  async ridgeSegments(): Promise<Float32Array> {
    return (await this.opened()).live.ridgeSegments();
  }

  /**
   * The map as a file. Without options it is a PNG of the canvas as it is on screen; with any of them the
   * field is computed anew at the wanted size, and the file tells what made it.
   */
  async toBlob(options: BlobOptions = {}): Promise<Blob> {
    const [connection, { writeMapBlob }] = await this.#withFiles();
    return writeMapBlob(connection, options);
  }

  /** The network with its present weights as a file, which tells how it was trained. */
  async networkBlob(format: SavedNetworkFormat = 'safetensors'): Promise<Blob> {
    const [{ live }, { writeNetworkBlob }] = await this.#withFiles();
    return writeNetworkBlob(live, format);
  }

  /** A Python script that computes what the map shows anew, with NumPy, from the network as `networkBlob` writes it. */
  async pythonCode(): Promise<string> {
    const [{ live }, { writeMapPython }] = await this.#withFiles();
    return writeMapPython(live);
  }

  /** HTML that shows what the map shows in another page, from its start values: the script and the tag. */
  async embedCode(options: EmbedOptions = {}): Promise<string> {
    const { writeEmbedCode } = await import('./embed-code.ts');
    await this.updateComplete;
    const { script } = this.constructor as typeof MapAnswers;
    return writeEmbedCode(this, script, this.knownBounds, options);
  }

  /** The connection, and the chunk that answers. */
  async #withQueries(): Promise<[Connection, typeof Queries]> {
    return Promise.all([this.opened(), import('./queries.ts')]);
  }

  /** The connection, and the chunk that writes files. */
  async #withFiles(): Promise<[Connection, typeof MapFiles]> {
    const files = import('./map-files.ts');
    return Promise.all([this.opened(), files]);
  }
}
