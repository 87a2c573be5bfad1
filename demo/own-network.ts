import { tensorPlaces, type Network } from 'ftle-map';
import type { LoadedFile } from 'ftle-map/element';
import { find } from './page.ts';

const FORMATS: Readonly<Record<LoadedFile['format'], string>> = {
  safetensors: 'safetensors',
  onnx: 'ONNX',
  json: 'JSON',
};

/** Says what was read from a file: the whole, layer by layer, and what was assumed. */
export function showNetwork(file: LoadedFile, network: Network): void {
  const { layers } = network.spec;
  const counts = layers.map(() => 0);
  for (const { layerIndex, shape } of tensorPlaces(network)) {
    counts[layerIndex] += shape.reduce((product, length) => product * length, 1);
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const facts = {
    File: file.name,
    Format: FORMATS[file.format],
    Inputs: String(network.inputWidth),
    Outputs: String(network.outputWidth),
    Parameters: total.toLocaleString('en'),
  };
  find('#facts').replaceChildren(
    ...Object.entries(facts).map(([name, value]) => {
      const entry = document.createElement('div');
      entry.append(textElement('dt', name), textElement('dd', value));
      return entry;
    }),
  );
  const rows = layers.map((layer, index) => {
    const isOutput = index === layers.length - 1;
    const { width, activation } = layer;
    const cells = [String(width), activation, counts[index].toLocaleString('en')];
    const row = document.createElement('tr');
    const head = textElement('th', isOutput ? 'output' : String(index + 1));
    head.setAttribute('scope', 'row');
    row.append(head, ...cells.map((text) => textElement('td', text)));
    return row;
  });
  find('#layers').replaceChildren(...rows);
  find('#notes').replaceChildren(...file.notes.map((note) => textElement('li', note)));
}

/** Which activations the file leaves open: those were taken from the page. */
export function openActivations({ notes }: LoadedFile): { hidden: boolean; output: boolean } {
  const has = (start: string): boolean => notes.some((note) => note.startsWith(start));
  return {
    hidden: has('activation of the hidden layers'),
    output: has('activation of the output'),
  };
}

function textElement(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
