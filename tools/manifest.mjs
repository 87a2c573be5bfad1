// manifest.mjs: what the element offers, for editors and for people
//
//   node tools/manifest.mjs           writes dist/custom-elements.json
//   npm run manifest                  writes docs/element.md too
//
// Both are made from what stands in src/element: attributes from the table of properties and the comments of the
// class that has them, events from the interface FtleMapEvents, CSS parts and custom properties from the comment of
// the element's class.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, ts } from '@custom-elements-manifest/analyzer';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';
import { format, resolveConfig } from 'prettier';
import { commentOf, describeAliases, describeTypes } from './manifest-types.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const MANIFEST = 'dist/custom-elements.json';
const PAGE = 'docs/element.md';

/** Modules that the element is made of, its base classes first; what of them is published, and as what. */
const MODULES = {
  'src/element/attributes.ts': null,
  'src/element/answers.ts': null,
  'src/element/events.ts': null,
  'src/element/ftle-map.ts': 'dist/element.js',
  'src/element/define.ts': 'dist/define.js',
};

/**
 * What is used of a manifest.
 *
 * @typedef {{ name: string, description?: string | undefined, default?: string | undefined,
 *   type?: { text: string } | undefined }} Item
 * @typedef {Item & { fieldName: string }} Attribute
 * @typedef {Item & { kind: string, privacy?: string, static?: boolean, readonly?: boolean, attribute?: string,
 *   reflects?: boolean, parameters?: (Item & { optional?: boolean })[], return?: { type?: { text: string } } }} Member
 * @typedef {{ kind: string, name: string, description: string, members: Member[], attributes: Attribute[],
 *   events: Item[], slots?: Item[], cssParts: Item[], cssProperties: Item[] }} Declaration
 * @typedef {{ path: string, declarations: Declaration[], exports: { declaration?: { module?: string } }[] }} Module
 * @typedef {{ modules: Module[] }} Manifest
 */

/**
 * The manifest, in the schema of custom-elements-manifest.
 *
 * @returns {Manifest}
 */
export function createManifest() {
  const modules = Object.keys(MODULES).map((path) =>
    ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.ES2022, true),
  );
  return create({ modules, plugins: [...litPlugin(), ownPlugin()], context: { dev: false } });
}

/** Adds what this project writes in its own way, and leaves out what is not for users. */
function ownPlugin() {
  /** @type {Map<string, string | false>} property -> attribute */
  const attributes = new Map();
  /** @type {Map<string, string>} property -> source of its default */
  const defaults = new Map();
  /** @type {Item[]} */
  const events = [];
  return {
    name: 'ftle-map',
    /** @param {{ node: ts.Node }} phase */
    analyzePhase({ node }) {
      if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
        if (node.name.text === 'PROPERTIES') {
          for (const [name, value] of membersOf(node.initializer)) {
            attributes.set(name, attributeOf(name, value));
          }
        }
        if (node.name.text === 'DEFAULTS') {
          for (const [name, value] of membersOf(node.initializer)) {
            defaults.set(name, value.getText());
          }
        }
      }
      if (ts.isInterfaceDeclaration(node) && node.name.text === 'FtleMapEvents') {
        for (const member of node.members) {
          if (!ts.isPropertySignature(member) || !ts.isStringLiteral(member.name)) continue;
          const text = `CustomEvent<${member.type?.getText()}>`;
          events.push({ name: member.name.text, type: { text }, description: commentOf(member) });
        }
      }
    },
    /** @param {{ customElementsManifest: Manifest }} phase */
    packageLinkPhase({ customElementsManifest: manifest }) {
      const element = findElement(manifest);
      element.members = element.members
        .filter(({ name, privacy }) => !name.startsWith('#') && privacy === undefined)
        .filter(({ name }, i, all) => all.findIndex((member) => member.name === name) === i);
      for (const member of element.members) {
        delete (/** @type {any} */ (member).inheritedFrom);
        const attribute = attributes.get(member.name);
        if (defaults.has(member.name)) member.default = defaults.get(member.name);
        if (attribute) Object.assign(member, { attribute, reflects: true });
      }
      element.attributes = element.members
        .filter(({ attribute }) => attribute !== undefined)
        .map(({ name, attribute, type, default: value, description }) => ({
          name: /** @type {string} */ (attribute),
          fieldName: name,
          type,
          default: value,
          description,
        }));
      element.events = events;
      for (const module of manifest.modules) {
        module.declarations = module.declarations.filter((declaration) => declaration === element);
        module.path = published(module.path);
        for (const { declaration } of module.exports) {
          if (declaration?.module) declaration.module = published(declaration.module);
        }
      }
      manifest.modules = manifest.modules.filter(({ path }) => path !== '');
      const { superclass } = /** @type {any} */ (element);
      Object.assign(superclass, { name: 'LitElement', package: 'lit' });
      delete superclass.module;
    },
  };
}

/** @param {string} path */
function published(path) {
  const found = /** @type {Record<string, string | null>} */ (MODULES)[path.replace(/^\//, '')];
  return found ?? '';
}

/**
 * @param {ts.Expression} expression - an object.
 * @returns {[string, ts.Expression][]}
 */
function membersOf(expression) {
  if (!ts.isObjectLiteralExpression(expression)) return [];
  return expression.properties.flatMap((property) =>
    ts.isPropertyAssignment(property) ? [[property.name.getText(), property.initializer]] : [],
  );
}

/**
 * The attribute of a property: `text` and `{ ...text }` have one of its name, others name it.
 *
 * @param {string} name
 * @param {ts.Expression} value
 * @returns {string | false}
 */
function attributeOf(name, value) {
  const given = ts.isCallExpression(value)
    ? value.arguments[0]
    : membersOf(value).find(([key]) => key === 'attribute')?.[1];
  if (!given) return name.toLowerCase();
  return ts.isStringLiteral(given) ? given.text : false;
}

/**
 * The element in a manifest.
 *
 * @param {Manifest} manifest
 * @returns {Declaration}
 */
export function findElement({ modules }) {
  const all = modules.flatMap(({ declarations }) => declarations);
  const found = all.find(({ name }) => name === 'FtleMapElement');
  if (!found) throw new Error('the manifest has no class FtleMapElement');
  return found;
}

/**
 * The page about the element, in Markdown.
 *
 * @param {Manifest} manifest
 * @returns {Promise<string>}
 */
export async function writePage(manifest) {
  const element = findElement(manifest);
  const { members, attributes, events, cssParts, cssProperties } = element;
  const fields = members.filter(({ kind }) => kind === 'field');
  const isStatic = (/** @type {Member} */ member) => member.static === true;
  const own = fields.filter((field) => !field.attribute && !isStatic(field));
  const text = [
    '# `<ftle-map>`',
    'Made by `npm run manifest` from the comments in `src/element`; do not edit it here. The same is in',
    '`dist/custom-elements.json`, the manifest that editors read.',
    '## Attributes',
    'Each has a property of the same name in camel case, unless another is named. Flags need no value. Whatever is',
    'wrong is said over the map, and what was there before stays.',
    table(
      ['attribute', 'meaning', 'default'],
      attributes.map(({ name, fieldName, description, default: value }) => [
        code(name) + (fieldName === camelCase(name) ? '' : ` (property \`${fieldName}\`)`),
        description,
        shownDefault(value),
      ]),
    ),
    '## Properties without attributes',
    table(
      ['property', 'meaning', ''],
      own.map(({ name, description, readonly }) => [
        code(name),
        description,
        readonly ? 'read-only' : '',
      ]),
    ),
    '## Properties of the class',
    table(
      ['property', 'meaning'],
      fields
        .filter(isStatic)
        .map(({ name, description }) => [code(`FtleMapElement.${name}`), description]),
    ),
    '## Methods',
    table(
      ['method', 'what it does'],
      members
        .filter(({ kind }) => kind === 'method')
        .map(({ name, parameters = [], description }) => [
          code(`${name}(${parameters.map((parameter) => parameter.name).join(', ')})`),
          description,
        ]),
    ),
    '## Events',
    'All bubble and cross shadow boundaries; `detail` is of this type.',
    table(
      ['event', 'when', 'detail'],
      events.map(({ name, description, type }) => [
        code(name),
        description,
        code(/^CustomEvent<([^]*)>$/.exec(type?.text ?? '')?.[1].replaceAll('readonly ', '') ?? ''),
      ]),
    ),
    '## What events tell, and methods take and give',
    'Members with `?` may be left out. Arrays of several numbers a pixel or point have them side by side.',
    ...describeTypes().flatMap(({ name, description, others, members }) => [
      `### \`${name}\``,
      [description, ...others.map((other) => `Also the members of \`${other}\`.`)].join(' ').trim(),
      ...(members.length === 0
        ? []
        : [
            table(
              ['member', 'type', 'meaning'],
              members.map((member) => [code(member.name), code(member.type), member.description]),
            ),
          ]),
    ]),
    '### Words and tuples',
    table(
      ['type', 'is', 'meaning'],
      describeAliases().map(({ name, text: own, description }) => [
        code(name),
        code(own),
        description,
      ]),
    ),
    '## Looks',
    'There are no slots. Parts are styled with `ftle-map::part(canvas)` and so on, custom properties are set on the',
    'element or around it. Colours have other values where the CSS property `color-scheme` that the element inherits is',
    'dark: a page that turns dark by itself says so with `:root { color-scheme: light dark }`, or sets it on the element.',
    'Where `forced-colors` are on they are those of the system. Controls follow the direction of the text; map and colour bar do not.',
    '',
    'The element is as wide as its place, or 22rem in a place that takes its width from what is in it, such as a flex row.',
    'Its height comes from that, from `--ftle-aspect-ratio`, and from what is below the picture; a `height` that the page',
    'sets includes colour bar and controls, which scroll where the picture would become too small.',
    table(
      ['part', 'what it is'],
      cssParts.map(({ name, description }) => [code(name), description]),
    ),
    table(
      ['custom property', 'what it is of', 'default, light'],
      cssProperties.map(({ name, description, default: value }) => [
        code(name),
        description,
        code(value ?? ''),
      ]),
    ),
    '',
  ];
  const options = await resolveConfig(join(ROOT, PAGE));
  return format(joinParagraphs(text), { ...options, parser: 'markdown' });
}

/** Lines of one paragraph follow one another; headings and tables stand alone. @param {string[]} lines */
function joinParagraphs(lines) {
  const stands = (/** @type {string} */ line) => /^[#|]/.test(line);
  return lines.reduce((text, line, i) => {
    const isNew = i === 0 || stands(line) || stands(lines[i - 1]);
    return text + (i === 0 ? '' : isNew ? '\n\n' : '\n') + line;
  }, '');
}

/**
 * @param {string[]} head
 * @param {(string | undefined)[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {(string | undefined)[]} */ cells) =>
    `| ${cells.map((cell) => oneLine(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string | undefined} text */
function oneLine(text) {
  return (text ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** @param {string} text */
function code(text) {
  return text === '' ? '' : `\`${text}\``;
}

/** @param {string | undefined} value - source of a default. */
function shownDefault(value) {
  if (value === undefined || value === 'null') return '';
  if (value === 'false') return 'off';
  return code(value.replaceAll("'", ''));
}

/** @param {string} name */
function camelCase(name) {
  return name.replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const manifest = createManifest();
  mkdirSync(join(ROOT, dirname(MANIFEST)), { recursive: true });
  writeFileSync(join(ROOT, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  if (process.argv.includes('--docs')) writeFileSync(join(ROOT, PAGE), await writePage(manifest));
}
