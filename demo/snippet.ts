import type { FtleMapElement } from 'ftle-map/element';

/** Attributes of the tag, with the values that need not be written. */
const DEFAULTS: Readonly<Record<string, string>> = {
  activation: 'tanh',
  seed: '1',
  'learning-rate': '0.05',
  'batch-size': '64',
  optimizer: 'sgd',
  momentum: '0',
  'weight-decay': '0',
  'start-variance': '1',
  layer: 'last',
  quantity: 'exponent',
  colormap: 'diverging',
  range: 'auto',
  backend: 'auto',
};
/** Attributes that need no value, but may have one. */
const FLAGS = ['per-layer', 'ridges', 'directions', 'boundary', 'regions', 'samples', 'probe'];

const camelCase = (name: string) =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** HTML that shows what the map shows, in any page that can reach `ftle-map.js`. */
export function embedSnippet(map: FtleMapElement): string {
  const value = (name: string): string => {
    // `dataset` is the browser's own property on every element.
    if (name === 'dataset') return map.getAttribute(name) ?? '';
    const found = (map as unknown as Record<string, unknown>)[camelCase(name)];
    return found === null || found === undefined ? '' : String(found);
  };
  const given = ['dataset', 'architecture', ...Object.keys(DEFAULTS)]
    .filter((name) => value(name) !== '' && value(name) !== DEFAULTS[name])
    .map((name) => `${name}="${value(name)}"`);
  const flags = FLAGS.filter((name) => map.hasAttribute(name)).map((name) => {
    const choice = map.getAttribute(name);
    return choice ? `${name}="${choice}"` : name;
  });
  const attributes = [...given, ...flags, 'controls', 'autoplay'].join(' ');
  const address = new URL('ftle-map.js', document.baseURI).href;
  return `<script type="module" src="${address}"></script>\n<ftle-map ${attributes}></ftle-map>`;
}
