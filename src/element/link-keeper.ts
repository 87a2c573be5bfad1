import { asError, DataError } from '../errors.ts';
import type { Domain } from '../model/plane.ts';
import { HOME_POSE, type Pose } from '../render/style.ts';
import type { MapAttributes } from './attributes.ts';
import {
  packNetwork,
  readFragment,
  readPose,
  unpackNetwork,
  writeFragment,
  writePose,
  type LinkContent,
} from './link.ts';
import type { LiveMap } from './live-map.ts';
import { writeRange } from './range-text.ts';
import { readDomain } from './settings.ts';

/** A link that reopens what a map shows. */
export interface MapLink {
  readonly address: string;
  /** What it leaves out, in words for people. */
  readonly notes: readonly string[];
}

/** Whose state is kept in the address. */
export interface LinkHost {
  readonly element: MapAttributes;
  readonly live: () => LiveMap | null;
  readonly setDomain: (domain: Domain) => void;
  /** Where the surface is seen from; null without one. */
  readonly pose: () => Pose | null;
  /** Likewise, of a surface that is shown or comes next. */
  readonly setPose: (pose: Pose) => void;
  /** Shows a note over the map. */
  readonly tell: (text: string) => void;
  /** Told what is wrong with a link, or null. */
  readonly report: (error: Error | null) => void;
}

/** Attributes that are the page's business, not that of who reads it. */
const OF_THE_PAGE = [
  'src',
  'controls',
  'no-colorbar',
  'no-menu',
  'autoplay',
  'resolution',
  'tolerance',
  'backend',
  'gestures',
  'hash',
];
/** Attributes that say which network is made: after a change, that of a link is not the one that is asked for. */
const OF_THE_NETWORK = [
  'dataset',
  'architecture',
  'activation',
  'output-activation',
  'seed',
  'start-variance',
];
/** Name of a map whose attribute `hash` has no value. */
const DEFAULT_NAME = 'ftle';
/** Milliseconds of rest before the address changes: browsers refuse to change it often. */
const PAUSE = 400;

/** Those of this page, the oldest first: of several with one name it keeps its state under it. */
const keepers = new Set<LinkKeeper>();

/** Keeps the state of a map in the fragment of the page's address, and follows it when it changes. */
export class LinkKeeper {
  /** Of the map's part of the fragment. */
  readonly #name: string;
  readonly #names: readonly string[];
  /** The attributes that the page itself gives. */
  readonly #own: ReadonlyMap<string, string | null>;
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The reading under way; a later one takes its place. */
  #reading: object | null = null;
  /** The file that a link has brought. */
  #file: File | null = null;
  /** What it said of its network. */
  #fileSettings = '';
  /** The weights packed last: they change more seldom than the view. */
  #packed: { readonly parameters: Float32Array; readonly text: string | null } | null = null;
  #isToldOfSize = false;
  /** Whether the name was another map's when it was needed last. */
  #isTaken = false;

  constructor(readonly host: LinkHost) {
    this.#name = host.element.hash || DEFAULT_NAME;
    keepers.add(this);
    const { observedAttributes } = host.element.constructor as typeof MapAttributes;
    this.#names = observedAttributes.filter((name) => !OF_THE_PAGE.includes(name));
    this.#own = this.#attributes();
    addEventListener('hashchange', () => void this.read(), { signal: this.#closing.signal });
  }

  /** Takes what the address says; where it says nothing, the page's own word counts again. */
  async read(): Promise<void> {
    const { element, setDomain, setPose, report } = this.host;
    const reading = (this.#reading = {});
    const isOutdated = (): boolean => this.#reading !== reading || this.#closing.signal.aborted;
    try {
      this.#claimName();
      const content = readFragment(location.hash, this.#name);
      const pose = content?.pose ? readPose(content.pose) : HOME_POSE;
      const file = content?.network ? await unpackNetwork(content.network) : null;
      if (isOutdated()) return;
      setPose(pose);
      if (file || element.files?.[0] === this.#file) element.files = file && [file];
      this.#file = file;
      for (const name of this.#names) {
        const given = content?.attributes.get(name);
        const value = given === undefined ? this.#own.get(name)! : given;
        if (value === element.getAttribute(name)) continue;
        if (name === 'domain' && given) setDomain(readDomain(given));
        else if (value === null) element.removeAttribute(name);
        else element.setAttribute(name, value);
      }
      report(null);
      await element.updateComplete;
      if (!isOutdated()) this.#fileSettings = this.#networkSettings();
    } catch (error) {
      if (!isOutdated()) report(asError(error));
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
  }

  /** To be called after everything that may change the state. */
  refresh(): void {
    const { element } = this.host;
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted || this.#reading) return;
    if (this.#file && this.#networkSettings() !== this.#fileSettings) {
      const file = this.#file;
      this.#file = null;
      // Not within the update that has brought us here.
      queueMicrotask(() => {
        if (element.files?.[0] === file) element.files = null;
      });
    }
    this.#timer = setTimeout(() => void this.#write(), PAUSE);
  }

  /** The address of the page as it reopens what the map shows. */
  async link(): Promise<MapLink> {
    this.#claimName();
    const { content, notes } = await this.#content();
    const address = new URL(location.href);
    address.hash = writeFragment(location.hash, this.#name, content);
    return { address: address.href, notes };
  }

  dispose(): void {
    this.#closing.abort();
    clearTimeout(this.#timer);
    keepers.delete(this);
    // One of those that have waited for the name gets it.
    for (const keeper of keepers) if (keeper.#isTaken) keeper.refresh();
  }

  /** @throws DataError if the name is another map's. */
  #claimName(): void {
    const owner = [...keepers].find((keeper) => keeper.#name === this.#name);
    this.#isTaken = owner !== undefined && owner !== this;
    if (!this.#isTaken) return;
    throw new DataError(
      `hash is "${this.#name}" in two maps of this page, but must differ, or one overwrites the other: give this one a name of its own, such as hash="${this.#name}-2"`,
    );
  }

  #networkSettings(): string {
    return OF_THE_NETWORK.map((name) => this.host.element.getAttribute(name)).join(' ');
  }

  #attributes(): Map<string, string | null> {
    const { element } = this.host;
    return new Map(this.#names.map((name) => [name, element.getAttribute(name)]));
  }

  async #write(): Promise<void> {
    if (this.#reading) return;
    const wasTaken = this.#isTaken;
    try {
      const { address, notes } = await this.link();
      if (this.#closing.signal.aborted || this.#reading) return;
      if (address !== location.href) history.replaceState(history.state, '', address);
      if (notes.length > 0 && !this.#isToldOfSize) this.host.tell(notes.join('. '));
      this.#isToldOfSize = notes.length > 0;
      if (wasTaken) this.host.report(null);
    } catch (error) {
      this.host.report(asError(error));
    }
  }

  /** The present state; null if it is the page's own. */
  async #content(): Promise<{ content: LinkContent | null; notes: string[] }> {
    const { element, live } = this.host;
    const seenFrom = writePose(this.host.pose() ?? HOME_POSE);
    const pose = seenFrom === writePose(HOME_POSE) ? null : seenFrom;
    await element.updateComplete;
    const session = live()?.session;
    const parameters = session?.kept.parameters;
    // Weights that the settings lead to again need no place; those that change by the moment have none.
    const isNeeded =
      session && !live()!.playing && (session.kept.stepCount > 0 || element.files !== null);
    let network: string | null = null;
    if (isNeeded && parameters) {
      if (this.#packed?.parameters !== parameters) {
        const text = await packNetwork({ ...session.plan.network, parameters });
        this.#packed = { parameters, text };
      }
      network = this.#packed.text;
    }
    const notes =
      isNeeded && network === null
        ? ['The weights are too many for a link: it opens the settings, untrained']
        : [];
    const attributes = this.#attributes();
    for (const [name, value] of attributes) {
      if (value === null && this.#own.get(name) === null) attributes.delete(name);
    }
    const isOwn = [...attributes].every(([name, value]) => value === this.#own.get(name));
    const range = attributes.get('range');
    if (range) attributes.set('range', writeRange(range, live()?.picture.knownBounds ?? null));
    const isHome = isOwn && pose === null && network === null;
    return { content: isHome ? null : { attributes, pose, network }, notes };
  }
}
