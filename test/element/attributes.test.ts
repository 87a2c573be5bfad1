// Plan: every attribute against its property, both ways, and its default when it is removed; the tag's
// type; the class can be constructed by its tag, is registered once and starts with one update. Control: text
// that does not parse stays as it is.
import { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { mount, unmountAll } from '../support/element.ts';

afterEach(unmountAll);

/** Attribute, property, default, and a value as text and as property. */
const CASES = [
  ['dataset', 'datasetName', null, 'moons', 'moons'],
  ['architecture', 'architecture', null, '2-5-1', '2-5-1'],
  ['activation', 'activation', 'tanh', 'relu', 'relu'],
  ['seed', 'seed', 1, '7', 7],
  ['learning-rate', 'learningRate', 0.05, '0.2', 0.2],
  ['batch-size', 'batchSize', 64, '32', 32],
  ['optimizer', 'optimizer', 'sgd', 'adam', 'adam'],
  ['momentum', 'momentum', 0, '0.9', 0.9],
  ['weight-decay', 'weightDecay', 0, '0.001', 0.001],
  ['start-variance', 'startVariance', 1, '2', 2],
  ['domain', 'domain', null, '-1,-2,1,2', [-1, -2, 1, 2]],
  ['layer', 'layer', 'last', '2', 2],
  ['layer', 'layer', 'last', 'output', 'output'],
  ['quantity', 'quantity', 'exponent', 'output', 'output'],
  ['per-layer', 'perLayer', false, '', true],
  ['colormap', 'colormap', 'diverging', 'viridis', 'viridis'],
  ['range', 'range', 'auto', '-3,3', [-3, 3]],
  ['range', 'range', 'auto', 'locked', 'locked'],
  ['ridges', 'ridges', false, '', true],
  ['ridge-smoothing', 'ridgeSmoothing', null, '0.01', 0.01],
  ['ridge-threshold', 'ridgeThreshold', 'auto', '0.5', 0.5],
  ['ridge-threshold', 'ridgeThreshold', 'auto', 'auto', 'auto'],
  ['directions', 'directions', false, '', true],
  ['directions', 'directions', false, 'convolution', 'convolution'],
  ['regions', 'regions', false, '', true],
  ['probe', 'probePanel', false, '', true],
  ['boundary', 'boundary', false, '', true],
  ['samples', 'samples', false, '', true],
  ['controls', 'controls', false, '', true],
  ['no-colorbar', 'noColorbar', false, '', true],
  ['autoplay', 'autoplay', false, '', true],
  ['gestures', 'gestures', 'cooperative', 'greedy', 'greedy'],
  ['hash', 'hash', null, 'left', 'left'],
  ['resolution', 'resolution', null, '64', 64],
  ['tolerance', 'tolerance', 0, '0.02', 0.02],
  ['backend', 'backend', 'auto', 'cpu', 'cpu'],
] as const;

/** Not in the page, so that nothing is computed. */
function create(): FtleMapElement {
  return document.createElement('ftle-map');
}

describe('attributes and properties', () => {
  it.each(CASES)('%s ↔ %s', async (attribute, property, initial, text, value) => {
    const element = create();
    expect(element[property]).toEqual(initial);

    element.setAttribute(attribute, text);
    expect(element[property]).toEqual(value);

    element.removeAttribute(attribute);
    expect(element[property]).toEqual(initial);

    const other = mount('backend="cpu"');
    Object.assign(other, { [property]: value });
    await other.updateComplete;
    expect(other.getAttribute(attribute)).toBe(text);
  });

  it('start without attributes', async () => {
    const element = mount('');
    await element.updateComplete;
    expect(element.getAttributeNames()).toEqual([]);
  });

  it('keep text that does not parse', () => {
    const element = create();
    for (const [attribute, property] of [
      ['seed', 'seed'],
      ['domain', 'domain'],
    ] as const) {
      element.setAttribute(attribute, '1,two');
      expect(element[property]).toBe('1,two');
    }
  });
});

describe('the tag', () => {
  it('is registered with its class', () => {
    expect(customElements.get('ftle-map')).toBe(FtleMapElement);
    const element = create();
    expect(element).toBeInstanceOf(FtleMapElement);
    // The name of data- attributes stays what it is everywhere.
    element.dataset.kind = 'own';
    expect(element.getAttribute('data-kind')).toBe('own');
  });

  it('asks for no second update in its first', async () => {
    const element = mount('backend="cpu" controls hash="here"');
    expect(await element.updateComplete).toBe(true);
  });

  it('can be defined again without harm', async () => {
    await import('ftle-map/define');
    expect(customElements.get('ftle-map')).toBe(FtleMapElement);
  });
});
