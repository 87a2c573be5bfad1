import type { ColorRange } from '../render/color-range.ts';
import { DEFAULTS, type MapAttributes } from './attributes.ts';
import { writeRange } from './range-text.ts';

/** What the tag is to say besides what the map has. */
export interface EmbedOptions {
  readonly controls?: boolean;
  readonly autoplay?: boolean;
}

/** Attributes that are this page's business, not that of another. */
const OF_THE_PAGE = ['hash', 'backend', 'resolution', 'tolerance'];
/** Properties of which no attribute tells. */
const OBJECTS = ['data', 'files', 'plane', 'planePoints', 'planeData'] as const;
/** For a page without a bundler; the package has it in dist. */
const ONE_FILE = 'ftle-map.js';

/**
 * HTML that shows what a map shows, in any page that can reach the script.
 *
 * @param script - its address; null if none is known: then a note says where to find the file.
 * @param bounds - of the colours; null if there are none yet.
 */
export function writeEmbedCode(
  map: MapAttributes,
  script: string | null,
  bounds: ColorRange | null,
  options: EmbedOptions,
): string {
  const { elementProperties } = map.constructor as typeof MapAttributes;
  const attributes = [...elementProperties].flatMap(([property, { attribute }]) => {
    const name = typeof attribute === 'string' ? attribute : String(property);
    if (attribute === false || OF_THE_PAGE.includes(name)) return [];
    const added = (options as Readonly<Record<string, boolean | undefined>>)[name];
    const given = added ? '' : added === false ? null : map.getAttribute(name);
    const value = name === 'range' ? writeRange(given, bounds) : given;
    if (value === null || value === String((DEFAULTS as object)[property as never])) return [];
    if (value === '') return [name];
    return [`${name}="${escapeHtml(name === 'src' ? absolute(value) : value)}"`];
  });
  const missing = OBJECTS.filter((name) => map[name] !== null);
  const notes = [
    script === null && `put ${ONE_FILE} beside the page: it is in dist of the package ftle-map`,
    missing.length > 0 && `set by script, so not in the tag: ${missing.join(', ')}`,
  ].filter((note) => note !== false);
  return [
    `<script type="module" src="${escapeHtml(script === null ? ONE_FILE : absolute(script))}"></script>`,
    ...notes.map((note) => `<!-- ${note} -->`),
    `<${['ftle-map', ...attributes].join(' ')}></ftle-map>`,
  ].join('\n');
}

function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
