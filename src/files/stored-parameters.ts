import { DataError } from '../errors.ts';
import { checkParameters } from './checked-parameters.ts';
import { CSV_PARAMETERS } from './csv.ts';
import { PNG_PARAMETERS } from './field-png.ts';
import { NETWORK_FORMAT } from './json.ts';
import { textOfCodes } from './npy-text.ts';
import { parseNpz } from './npz.ts';
import { OWN_MEMBER } from './own-tensors.ts';
import type { MapParameters } from './parameters.ts';
import { isPng, readPngTexts } from './png.ts';
import { parseSafetensors } from './safetensors.ts';
import { isRecord } from './show.ts';
import { parseStrictJson } from './strict-json.ts';

/** Objects and lists within each other, a network file's metadata included. */
const DEPTH = 12;

/** Most bytes of a text in an NPZ file, which has four for each character. */
const MAXIMAL_BYTES = 2 ** 26;

/**
 * The parameters that stand in a file that was written here, from an untrusted source: PNG, SVG, NPZ, CSV, a
 * network in safetensors or JSON, or parameters alone as JSON.
 *
 * @throws DataError or NetworkError if the file has none, or they are faulty.
 */
export async function parseParameters(bytes: Uint8Array): Promise<MapParameters> {
  return checkParameters(await findParameters(bytes));
}

async function findParameters(bytes: Uint8Array): Promise<unknown> {
  if (isPng(bytes)) return parse(readPngTexts(bytes, PNG_PARAMETERS).get(PNG_PARAMETERS), 'PNG');
  if (startsWith(bytes, 'PK')) {
    const reading = { names: ['parameters'], maximalBytes: MAXIMAL_BYTES };
    const array = (await parseNpz(bytes, reading)).get('parameters');
    return parse(array && textOfCodes(array.values), 'NPZ file');
  }
  if (bytes[8] === '{'.charCodeAt(0) && bytes.subarray(0, 8).includes(0)) {
    const { metadata } = parseSafetensors(bytes);
    const own: unknown = parse(metadata[OWN_MEMBER], 'safetensors file');
    return networkMember(own, 'safetensors file');
  }
  const start = decode(bytes.subarray(0, 4096)).trimStart();
  if (start.startsWith(CSV_PARAMETERS)) {
    const end = bytes.indexOf('\n'.charCodeAt(0));
    const line = decode(end < 0 ? bytes : bytes.subarray(0, end));
    return parse(line.slice(CSV_PARAMETERS.length), 'CSV file');
  }
  const text = decode(bytes);
  if (start.startsWith('<')) {
    const content = /<metadata id="ftle-map">([^<]*)<\/metadata>/.exec(text)?.[1];
    return parse(content && unescapeXml(content), 'SVG');
  }
  if (!start.startsWith('{')) {
    throw new DataError(
      'the file is none that parameters are read from: PNG, SVG, NPZ, CSV, safetensors or JSON of ftle-map',
    );
  }
  const value = parse(text, 'JSON file');
  const isNetwork = isRecord(value) && value.format === NETWORK_FORMAT;
  return isNetwork ? networkMember(value, 'network file') : value;
}

function networkMember(value: unknown, what: string): unknown {
  const metadata = isRecord(value) ? value.metadata : undefined;
  if (isRecord(metadata) && metadata.parameters !== undefined) return metadata.parameters;
  throw missing(what);
}

function parse(text: string | undefined, what: string): unknown {
  if (text === undefined) throw missing(what);
  return parseStrictJson(text, DEPTH, `parameters of the ${what}`);
}

function missing(what: string): DataError {
  return new DataError(`the ${what} holds no parameters: was it written by ftle-map?`);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function startsWith(bytes: Uint8Array, start: string): boolean {
  return Array.from(start).every((character, i) => bytes[i] === character.charCodeAt(0));
}

function unescapeXml(text: string): string {
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' };
  return text.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => characters[name]);
}
