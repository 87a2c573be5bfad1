// Plan: the custom elements manifest against the element itself: attributes, properties and methods as the class has
// them when it runs; events, CSS parts, slots and custom properties as they stand in the source; each with a
// description, and every name that an attribute can have as its value in its description. docs/element.md is the
// page that the manifest gives, README and package.json point to them. Control: a manifest that lacks one is refused.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DATASET_NAMES } from '../../src/data/toy.ts';
import { MapAnswers } from '../../src/element/answers.ts';
import { MapAttributes } from '../../src/element/attributes.ts';
import { FtleMapElement } from '../../src/element/ftle-map.ts';
import { ACTIVATION_NAMES } from '../../src/math/activations.ts';
import { COLORMAPS } from '../../src/render/palette.ts';
import { QUANTITIES } from '../../src/render/style.ts';
import { describeAliases, describeTypes } from '../../tools/manifest-types.mjs';
import { createManifest, findElement, writePage } from '../../tools/manifest.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

const manifest = createManifest();
const element = findElement(manifest);

// Lit makes its table of properties when this is read.
const observed = FtleMapElement.observedAttributes;

const source = readdirSync(resolve(ROOT, 'src/element'))
  .map((name) => read(`src/element/${name}`))
  .join('\n');

/** All that a pattern finds in the source, each once, in order of the alphabet. */
function found(pattern: RegExp): string[] {
  return [...new Set(Array.from(source.matchAll(pattern), (match) => match[1]))].sort();
}

const namesOf = (items: readonly { name: string }[]): string[] =>
  items.map(({ name }) => name).sort();

/** What Lit calls, which is not for users. */
const LIFECYCLE = ['constructor', 'connectedCallback', 'disconnectedCallback', 'willUpdate'];
const PROTECTED = ['firstUpdated', 'updated', 'render', 'opened', 'knownBounds'];

describe('the manifest', () => {
  it('has every attribute, with its property', () => {
    const wanted = Array.from(FtleMapElement.elementProperties, ([property, { attribute }]) => ({
      property: String(property),
      attribute: attribute === false ? null : (attribute ?? String(property).toLowerCase()),
    }));
    expect(wanted.length).toBeGreaterThan(30);
    const given = new Map(element.attributes.map(({ name, fieldName }) => [fieldName, name]));
    for (const { property, attribute } of wanted) {
      expect(given.get(property) ?? null, property).toBe(attribute === true ? property : attribute);
    }
    expect(given.size).toBe(wanted.filter(({ attribute }) => attribute !== null).length);
    expect(namesOf(element.attributes)).toEqual([...observed].sort());
  });

  it('has every property and method', () => {
    const own = [FtleMapElement, MapAnswers, MapAttributes].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype),
    );
    const wanted = new Set([
      ...own,
      ...Array.from(FtleMapElement.elementProperties.keys(), String),
    ]);
    for (const name of [...LIFECYCLE, ...PROTECTED]) expect(wanted.delete(name), name).toBe(true);
    for (const name of ['device', 'script']) wanted.add(name);
    expect(namesOf(element.members)).toEqual([...wanted].sort());
  });

  it('has every event', () => {
    const typed = found(/^ {4}'(ftle-[a-z]+)': CustomEvent</gm);
    const fired = found(/dispatch\(\s*(?:this\.playing \? )?'(ftle-[a-z]+)'/g);
    expect(namesOf(element.events)).toEqual(typed);
    // `ftle-pause` is the other branch of `ftle-play`.
    expect([...fired, 'ftle-pause'].sort()).toEqual(typed);
  });

  it('has every CSS part and custom property, and no slot', () => {
    expect(namesOf(element.cssParts)).toEqual(found(/part(?:="|', ')([a-z]+)['"]/g));
    const properties = found(/var\((--ftle-[a-z-]+)/g);
    expect(namesOf(element.cssProperties)).toEqual(properties);
    expect(found(/(<slot)/g)).toEqual([]);
    expect(element.slots ?? []).toEqual([]);
    for (const { name, default: value } of element.cssProperties) {
      expect(source, name).toContain(`var(${name}, ${String(value)})`);
    }
  });

  it('describes all of it', () => {
    const { attributes, members, events, cssParts, cssProperties } = element;
    const all = [...attributes, ...members, ...events, ...cssParts, ...cssProperties, element];
    const isBare = ({ description }: { name: string; description?: string | undefined }): boolean =>
      (description ?? '').trim().length < 8;
    expect(namesOf(all.filter(isBare))).toEqual([]);
    expect([{ name: 'x' }].filter(isBare)).toHaveLength(1);
  });

  it('names every value', () => {
    const lists = {
      dataset: DATASET_NAMES,
      activation: ACTIVATION_NAMES,
      quantity: QUANTITIES,
      colormap: COLORMAPS,
    };
    for (const [name, values] of Object.entries(lists)) {
      const attribute = element.attributes.find((item) => item.name === name)!;
      for (const value of values) expect(attribute.description).toContain(`\`${value}\``);
    }
  });

  it('says where the element is', () => {
    const { customElements, exports } = JSON.parse(read('package.json')) as {
      customElements: string;
      exports: Record<string, { default: string }>;
    };
    expect(customElements).toBe('dist/custom-elements.json');
    const paths = manifest.modules.map(({ path }) => `./${path}`);
    expect(paths).toEqual([exports['./element'].default, exports['./define'].default]);
    const { kind, name } = manifest.modules[1].exports[0] as { kind?: string; name?: string };
    expect([kind, name]).toEqual(['custom-element-definition', 'ftle-map']);
  });
});

describe('types in the manifest', () => {
  it('are described, but for those of the browser and of the API', () => {
    const texts = [
      ...element.events.map(({ type }) => type!.text),
      ...element.members
        .filter(({ kind }) => kind === 'method')
        .flatMap(({ parameters = [], return: given }) => [
          ...parameters.map(({ type }) => type?.text ?? ''),
          given?.type?.text ?? '',
        ]),
      ...describeTypes().flatMap(({ members, others }) => [
        ...members.map(({ type }) => type),
        ...others,
      ]),
      ...describeAliases().map(({ text }) => text),
    ];
    const words = texts.flatMap(
      (text) => text.replaceAll(/'[^']*'/g, '').match(/\b[A-Z]\w+/g) ?? [],
    );
    const described = [...describeTypes(), ...describeAliases()].map(({ name }) => name);
    const left = [...new Set(words)].filter((word) => !described.includes(word)).sort();
    // README and the comments of methods say what those of the API are; formats stand in the comments of members.
    const ofApi = ['CurveFormats', 'Domain', 'FieldRequest', 'LoadedNetwork', 'SavedNetworkFormat'];
    const ofBrowser = [
      ...['AbortSignal', 'Blob', 'CustomEvent', 'Error', 'Float32Array', 'Float64Array'],
      ...['Promise', 'Uint16Array', 'Uint32Array', 'Uint8Array'],
    ];
    expect(left).toEqual([...ofApi, ...ofBrowser, 'MapBlobType'].sort());
  });
});

describe('the pages', () => {
  it('docs/element.md is what `npm run manifest` writes', async () => {
    expect(read('docs/element.md')).toBe(await writePage(manifest));
    const other = structuredClone(manifest);
    findElement(other).attributes.pop();
    expect(read('docs/element.md')).not.toBe(await writePage(other));
  });

  it('the README names attributes that there are, and links to the page', () => {
    const readme = read('README.md');
    expect(readme).toContain('](docs/element.md)');
    const [table] = /\| attribute [^]*?\n\n/.exec(readme)!;
    const cells = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1] ?? '');
    const names = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), (m) => m[1]));
    expect(names.length).toBeGreaterThan(10);
    expect(namesOf(element.attributes)).toEqual(expect.arrayContaining(names));
    expect(cells.length).toBeLessThan(16);
  });
});
