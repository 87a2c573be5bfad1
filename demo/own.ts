// The page around the map of one's own network: files go to the element, and what it read is shown.
import { ACTIVATION_NAMES } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import './element.ts';
import { readData } from './own-data.ts';
import { InputsForm } from './own-inputs.ts';
import { openActivations, showNetwork } from './own-network.ts';
import { showPoint } from './own-point.ts';
import { showRecipes } from './own-python.ts';
import { createSaveButtons } from './own-saves.ts';
import { fetchSample, SAMPLES, type Sample } from './own-samples.ts';
import { find, messageOf } from './page.ts';

const map = find<FtleMapElement>('#map');
const layer = find<HTMLInputElement>('#layer');
const picture = find<HTMLFormElement>('#picture');
const assumed = find<HTMLFormElement>('#assumed');
const pointForm = find<HTMLFormElement>('#point-form');
const inputs = new InputsForm(map, showFileError);

/** Files of the network that was chosen last. */
let chosen: readonly File[] = [];
/** What the page tells about; the map tells when it shows another. */
let shownFile: FtleMapElement['file'] = null;
/** The point that was read last. */
let point: readonly [number, number] | null = null;

function showFileError(text: string): void {
  find('#file-error').textContent = text;
}

/** Runs something the user asked for and shows why if it fails. */
function run(action: () => Promise<void>): void {
  showFileError('');
  action().catch((error: unknown) => showFileError(messageOf(error)));
}

/** Takes a network, data for one, or both. */
async function takeFiles(files: readonly File[], sample: Sample | null = null): Promise<void> {
  const isData = (file: File): boolean => /\.npy$/i.test(file.name);
  const arrays = files.filter(isData);
  const networks = files.filter((file) => !isData(file));
  // The map may have been given all of them already, by a drop.
  map.files = networks.length > 0 ? networks : chosen;
  if (arrays.length > 1) {
    throw new Error(`${arrays.length} files are data, but one can be shown at a time`);
  }
  const data = arrays.length > 0 ? await readData(arrays[0]) : null;
  if (networks.length === 0) {
    if (data) inputs.takeData(data);
  } else {
    chosen = networks;
    map.layer = 'last';
    setActivation('activation', 'tanh');
    setActivation('outputActivation', sample?.outputActivation ?? 'identity');
    inputs.reset(data, sample);
  }
}

function setActivation(name: 'activation' | 'outputActivation', value: string): void {
  find<HTMLSelectElement>(`[name=${name}]`, assumed).value = value;
  map[name] = value as FtleMapElement['activation'];
}

/** Tells about the network that the map shows now. */
function showFile(): void {
  const { file, network } = map;
  if (!file || !network) return;
  shownFile = file;
  showNetwork(file, network);
  const open = openActivations(file);
  assumed.hidden = !open.hidden && !open.output;
  find('label:has([name=activation])', assumed).hidden = !open.hidden;
  find('label:has([name=outputActivation])', assumed).hidden = !open.output;
  inputs.fit(network.inputWidth);
  layer.max = String(network.depth + 1);
  showLayer();
  point = null;
  find('#images').replaceChildren();
  find('#point').innerHTML = '<div><dt>Click the map, or give s and t</dt></div>';
}

function showLayer(): void {
  const depth = map.network?.depth ?? 0;
  const position = map.layer === 'output' ? depth + 1 : map.layer === 'last' ? depth : map.layer;
  layer.value = String(position || 1);
  find('#layer-value').textContent = position > depth ? 'output' : `${position} of ${depth}`;
}

function chooseLayer(position: number): void {
  const depth = map.network?.depth ?? 0;
  const wanted = Math.min(Math.max(position, 1), depth + 1);
  map.layer = wanted > depth ? 'output' : wanted === depth ? 'last' : wanted;
  showLayer();
}

async function readPoint(): Promise<void> {
  if (point) await showPoint(map, ...point, inputs.shape);
}

function setPoint(x: number, y: number): void {
  point = [x, y];
  for (const [name, value] of Object.entries({ s: x, t: y })) {
    find<HTMLInputElement>(`[name=${name}]`, pointForm).value = String(Number(value.toFixed(4)));
  }
  run(readPoint);
}

for (const sample of SAMPLES) {
  const button = document.createElement('button');
  button.type = 'button';
  button.innerHTML = '<strong></strong><span></span>';
  find('strong', button).textContent = sample.name;
  find('span', button).textContent = sample.source;
  button.addEventListener('click', () =>
    run(async () => takeFiles(await fetchSample(sample), sample)),
  );
  find('.samples').append(button);
}
for (const name of ['activation', 'outputActivation'] as const) {
  const select = find<HTMLSelectElement>(`[name=${name}]`, assumed);
  select.append(...ACTIVATION_NAMES.map((value) => new Option(value)));
  select.addEventListener('change', () => setActivation(name, select.value));
}
showRecipes(find('[role=tablist]'), find('#python'));
createSaveButtons(map, find('#saves'));

const fileInput = find<HTMLInputElement>('#files');
fileInput.addEventListener('change', () => {
  const files = [...(fileInput.files ?? [])];
  // So that the same file can be chosen again once it is put right.
  fileInput.value = '';
  if (files.length > 0) run(() => takeFiles(files));
});

const hasFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false;
document.addEventListener('dragover', (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  find('#bring').classList.add('over');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) find('#bring').classList.remove('over');
});
document.addEventListener('drop', (event) => {
  find('#bring').classList.remove('over');
  // The map has taken what was dropped on it.
  if (!hasFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  const files = [...event.dataTransfer!.files];
  run(() => takeFiles(files));
});
map.addEventListener('ftle-change', ({ detail }) => {
  const { files } = map;
  if (detail.name === 'files' && files) run(() => takeFiles(files));
});

picture.addEventListener('submit', (event) => event.preventDefault());
picture.addEventListener('change', ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === 'checkbox') {
    map[target.name as 'ridges' | 'directions' | 'boundary' | 'perLayer'] = target.checked;
  } else if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
    const value = target.value.replaceAll('−', '-').trim();
    if (value === '' || value === 'auto') map.removeAttribute(target.name);
    else map.setAttribute(target.name, value);
  }
});
layer.addEventListener('input', () => chooseLayer(Number(layer.value)));
pointForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const [x, y] = ['s', 't'].map((name) =>
    Number(find<HTMLInputElement>(`[name=${name}]`, pointForm).value),
  );
  setPoint(x, y);
});
find('#inputs').addEventListener('shape', () => run(readPoint));

map.addEventListener('ftle-select', ({ detail }) => setPoint(detail.x, detail.y));
map.addEventListener('ftle-frame', ({ detail }) => {
  if (map.file !== shownFile) showFile();
  const { width, height, milliseconds } = detail;
  find('#timing').textContent =
    `${width} × ${height} in ${milliseconds.toFixed(0)} ms, ${map.description}`;
});
document.addEventListener('keydown', (event) => {
  const [target] = event.composedPath();
  const isField = target instanceof HTMLElement && target.matches('input, select, textarea');
  if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '[') chooseLayer(Number(layer.value) - 1);
  else if (event.key === ']') chooseLayer(Number(layer.value) + 1);
  else return;
  event.preventDefault();
});

run(async () => takeFiles(await fetchSample(SAMPLES[0]), SAMPLES[0]));
