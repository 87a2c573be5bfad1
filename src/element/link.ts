import { DataError } from '../errors.ts';
import { writeNetworkJson } from '../files/json.ts';
import type { Network } from '../model/network.ts';
import type { Pose } from '../render/style.ts';
import { numbers } from './values.ts';

/*
 * What a link says of a map. It is one part of the fragment of an address, beside which others may stand:
 *
 *     #ftle=1;dataset=circle;layer=3;ridges;-samples;pose=-60,35,0.8,0,0.1;network=q1YqS1WyUkp…
 *
 * First the name of the map and the version, then attributes, escaped as in addresses; with a minus those
 * that are not there although the page has them. The pose is azimuth and elevation of a surface's camera, its
 * distance, and s and t of its target. The network is our JSON, deflated, in base64url. Links come from
 * anywhere: attributes are checked like those of a page, the network like any file.
 */

const VERSION = '1';
/** Characters of a network in a link: some programs cut off addresses that are much longer. */
export const MOST_NETWORK_CHARACTERS = 8192;
/** Bytes of JSON that these may become: nine digits deflate to no less than a tenth. */
const MOST_JSON_BYTES = 2 ** 18;
const NETWORK = 'network';
const POSE = 'pose';
/** Digits after the point: degrees, and parts of the longer side. */
const POSE_DIGITS = { angle: 1, length: 3 };

export interface LinkContent {
  /** Attributes by name; null: not there. */
  readonly attributes: ReadonlyMap<string, string | null>;
  /** As {@link writePose} gives it; null: that of home, or there is no surface. */
  readonly pose: string | null;
  /** As {@link packNetwork} gives it. */
  readonly network: string | null;
}

/** Puts a map's part into a fragment, in place of what is there of it; null takes it out. */
export function writeFragment(fragment: string, name: string, content: LinkContent | null): string {
  const others = fragment.replace(/^#/, '').split('&');
  const kept = others.filter((part) => part !== '' && !part.startsWith(`${name}=`));
  if (content) {
    const entries = [...content.attributes].map(([attribute, value]) => {
      if (value === null) return `-${attribute}`;
      return value === '' ? attribute : `${attribute}=${escape(value)}`;
    });
    if (content.pose !== null) entries.push(`${POSE}=${content.pose}`);
    if (content.network !== null) entries.push(`${NETWORK}=${content.network}`);
    kept.push([`${name}=${VERSION}`, ...entries].join(';'));
  }
  return kept.length > 0 ? `#${kept.join('&')}` : '';
}

/**
 * Finds a map's part in a fragment.
 *
 * @returns null if there is none.
 * @throws DataError if it is of another version, or no link of ours.
 */
export function readFragment(fragment: string, name: string): LinkContent | null {
  const parts = fragment.replace(/^#/, '').split('&');
  const found = parts.find((part) => part.startsWith(`${name}=`));
  if (found === undefined) return null;
  const [version, ...entries] = found.slice(name.length + 1).split(';');
  if (version !== VERSION) {
    throw new DataError(
      `the link has version ${version.slice(0, 20)}, but this release reads ${VERSION}: a newer release may read it`,
    );
  }
  const attributes = new Map<string, string | null>();
  let network: string | null = null;
  let pose: string | null = null;
  for (const entry of entries) {
    const [key, ...values] = entry.split('=');
    const value = values.join('=');
    if (key === NETWORK) network = value;
    else if (key === POSE) pose = value;
    else if (key.startsWith('-')) attributes.set(key.slice(1), null);
    else attributes.set(key, unescape(value, key));
  }
  return { attributes, pose, network };
}

/** A pose as a link has it. */
export function writePose({ azimuth, elevation, distance, target }: Pose): string {
  const { angle, length } = POSE_DIGITS;
  const show = (value: number, digits: number): number => Number(value.toFixed(digits));
  const angles = [azimuth, elevation].map((value) => show(value, angle));
  return [...angles, ...[distance, ...target].map((value) => show(value, length))].join(',');
}

/** @throws DataError if it is not five numbers; how far they may go is the camera's to say. */
export function readPose(text: string): Pose {
  const wanted = 'azimuth,elevation,distance,s,t';
  const [azimuth, elevation, distance, s, t] = numbers('pose', text, 5, wanted);
  return { azimuth, elevation, distance, target: [s, t] };
}

/** Commas are as good as anything in a fragment. */
function escape(value: string): string {
  return encodeURIComponent(value).replaceAll('%2C', ',');
}

function unescape(value: string, key: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw new DataError(`${key.slice(0, 40)} in the link is cut off or garbled`, { cause });
  }
}

/** A network for a link; null if it is too large. */
export async function packNetwork(network: Network): Promise<string | null> {
  // Two characters of JSON a number at least: not worth writing what cannot fit.
  if (2 * network.parameters.length > MOST_JSON_BYTES) return null;
  const json = new Blob([writeNetworkJson(network)]);
  const stream = json.stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if ((bytes.length * 4) / 3 > MOST_NETWORK_CHARACTERS) return null;
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/**
 * The network of a link, as a file whose content is still to be checked.
 *
 * @throws DataError if it is garbled or too large.
 */
export async function unpackNetwork(packed: string): Promise<File> {
  if (packed.length > MOST_NETWORK_CHARACTERS) {
    throw new DataError(
      `the network in the link has ${packed.length} characters, but may have ${MOST_NETWORK_CHARACTERS}`,
    );
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  try {
    const text = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream();
    const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
    let length = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > MOST_JSON_BYTES) {
        await reader.cancel();
        throw new RangeError(`more than ${MOST_JSON_BYTES} bytes`);
      }
      chunks.push(next.value);
    }
  } catch (cause) {
    throw new DataError('the network in the link is cut off or garbled', { cause });
  }
  return new File(chunks, 'link.json', { type: 'application/json' });
}
