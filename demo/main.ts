// The page around the map: controls set properties of the element, its events fill the readouts.
import { ACTIVATION_NAMES, DATASET_NAMES } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import './element.ts';
import { createCharts } from './charts.ts';
import { find, offerFile } from './page.ts';
import { createReadings } from './reading.ts';

const map = find<FtleMapElement>('#map');
const form = find<HTMLFormElement>('#controls');
const layer = find<HTMLInputElement>('#layer');
const charts = createCharts(find('#loss-chart'), find('#accuracy-chart'));

/** Inputs of each data set and outputs of a network that learns it. */
const OUTPUT_WIDTHS: Readonly<Record<string, number>> = { blobs: 3, rings: 1 };

function control(name: string): HTMLInputElement | HTMLSelectElement {
  const found = form.elements.namedItem(name);
  if (found instanceof HTMLInputElement || found instanceof HTMLSelectElement) return found;
  throw new Error(`the form has no ${name}`);
}

function fillSelect(name: string, values: readonly string[], chosen: string): void {
  control(name).append(
    ...values.map((value) => new Option(value, value, value === chosen, value === chosen)),
  );
}

function showReadout(name: string, text: string): void {
  const place = document.querySelector(`[data-readout="${name}"]`);
  if (place) place.textContent = text;
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(1)} %`;

function depth(): number {
  return map.network?.depth ?? Number(control('depth').value);
}

function showLayer(): void {
  const last = depth();
  layer.max = String(last);
  const chosen = map.layer === 'last' ? last : Number(map.layer);
  layer.value = String(chosen);
  find('#layer-value').textContent = `${chosen} of ${last}`;
}

function chooseLayer(value: number): void {
  const last = depth();
  const chosen = Math.min(Math.max(value, 1), last);
  map.layer = chosen === last ? 'last' : chosen;
  showLayer();
  showSnippet();
}

function showSnippet(): void {
  void map.embedCode({ controls: true, autoplay: true }).then((code) => {
    find('#snippet').textContent = code;
  });
}

function showPlaying(): void {
  find('#play').textContent = map.playing ? 'Pause' : 'Play';
}

function rebuildArchitecture(): void {
  const outputs = OUTPUT_WIDTHS[control('dataset').value] ?? 1;
  const text = `2-${control('width').value}x${control('depth').value}-${outputs}`;
  control('architecture').value = text;
  map.architecture = text;
  map.layer = 'last';
}

/** Numbers that the element checks itself: a wrong one is shown there, and the last picture stays. */
const NUMBERS = [
  'seed',
  'startVariance',
  'learningRate',
  'batchSize',
  'momentum',
  'weightDecay',
] as const;
const FLAGS = ['ridges', 'boundary', 'regions', 'samples', 'perLayer', 'probePanel'] as const;
const WORDS = ['activation', 'optimizer', 'backend', 'quantity', 'colormap', 'range'] as const;

function applyControl(name: string): void {
  const { value } = control(name);
  if (name === 'dataset') {
    map.setAttribute('dataset', value);
    rebuildArchitecture();
  } else if (name === 'width' || name === 'depth') rebuildArchitecture();
  else if (name === 'architecture') {
    map.layer = 'last';
    map.architecture = value;
  } else if ((NUMBERS as readonly string[]).includes(name)) {
    map[name as (typeof NUMBERS)[number]] = value === '' ? NaN : Number(value);
  } else if ((FLAGS as readonly string[]).includes(name)) {
    map[name as (typeof FLAGS)[number]] = (control(name) as HTMLInputElement).checked;
  } else if (name === 'directions' || name === 'directionStyle') {
    const isShown = (control('directions') as HTMLInputElement).checked;
    const isStreaked = control('directionStyle').value === 'convolution';
    map.directions = isShown && (isStreaked ? 'convolution' : true);
  } else if ((WORDS as readonly string[]).includes(name)) map.setAttribute(name, value);
  if (['dataset', 'width', 'depth', 'architecture', 'activation', 'seed'].includes(name)) {
    charts.clear();
  }
  showSnippet();
}

function toggle(): void {
  if (map.playing) map.pause();
  else map.play();
  showPlaying();
}

async function reset(): Promise<void> {
  charts.clear();
  await map.reset();
}

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
let growing = 0;

/** Shows the field after one layer, two, and so on to the last. */
function grow(): void {
  clearInterval(growing);
  let next = 1;
  const show = () => {
    chooseLayer(next);
    if (next++ >= depth()) clearInterval(growing);
  };
  show();
  growing = window.setInterval(show, reducedMotion.matches ? 1500 : 700);
}

function notify(text: string): void {
  find('#notice').textContent = text;
}

async function savePicture(): Promise<void> {
  // Computed anew, so that the file has a colour bar and says how it was made.
  const side = 1024;
  const blob = await map.toBlob({ type: 'image/png', width: side, height: side, colorbar: true });
  offerFile(blob, 'ftle-map.png');
  notify('Saved ftle-map.png');
}

/** Runs something the user asked for and shows why if it fails. */
function run(action: () => Promise<void>): void {
  action().catch((error: unknown) => {
    notify(error instanceof Error ? error.message : String(error));
  });
}

/** Puts what the map shows, such as that of a link, into the controls. */
function showSettings(): void {
  control('dataset').value = map.datasetName ?? '';
  control('architecture').value = map.architecture ?? '';
  for (const name of NUMBERS) control(name).value = String(map[name]);
  for (const name of FLAGS) (control(name) as HTMLInputElement).checked = map[name];
  for (const name of WORDS) control(name).value = String(map[name]);
  const { directions } = map;
  (control('directions') as HTMLInputElement).checked = directions !== false;
  if (typeof directions === 'string') control('directionStyle').value = directions;
  const [, width, depth] = /-(\d+)x(\d+)-/.exec(map.architecture ?? '') ?? [];
  if (width) [control('width').value, control('depth').value] = [width, depth];
  showSnippet();
}

fillSelect('dataset', DATASET_NAMES, 'circle');
fillSelect('activation', ACTIVATION_NAMES, 'tanh');
showSnippet();
createReadings(map, (error) => notify(error instanceof Error ? error.message : String(error)));

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('change', (event) => {
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
    applyControl(event.target.name);
  }
});
layer.addEventListener('input', () => chooseLayer(Number(layer.value)));
find('#play').addEventListener('click', toggle);
find('#step').addEventListener('click', () => run(() => map.step()));
find('#reset').addEventListener('click', () => run(reset));
find('#grow').addEventListener('click', grow);
find('#save').addEventListener('click', () => run(savePicture));
find('#copy').addEventListener('click', () =>
  run(async () => {
    await navigator.clipboard.writeText(find('#snippet').textContent);
    notify('Copied');
  }),
);

document.addEventListener('keydown', (event) => {
  const busy = event.composedPath()[0];
  const isField =
    busy instanceof HTMLElement && busy.matches('input, select, button, summary, a, textarea');
  if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === ' ') toggle();
  else if (event.key === 's') run(() => map.step());
  else if (event.key === 'r') run(reset);
  else if (event.key === '[') chooseLayer(Number(layer.value) - 1);
  else if (event.key === ']') chooseLayer(Number(layer.value) + 1);
  else return;
  event.preventDefault();
});

map.addEventListener('ftle-ready', ({ detail }) => {
  showReadout('backend', detail.description);
  showSettings();
  showPlaying();
  showLayer();
});
map.addEventListener('ftle-load', showSettings);
map.addEventListener('ftle-view', showSnippet);
map.addEventListener('ftle-training', ({ detail }) => {
  showReadout('epoch', detail.epoch.toFixed(1));
  showReadout('steps', String(detail.stepCount));
  showReadout('loss', detail.trainLoss.toPrecision(3));
  showReadout('train', percent(detail.trainAccuracy));
  showReadout('test', percent(detail.testAccuracy));
  charts.add(detail);
});
map.addEventListener('ftle-frame', ({ detail }) => {
  showReadout('frame', `${detail.milliseconds.toFixed(0)} ms`);
  showReadout('field', `${detail.width} × ${detail.height}`);
  showPlaying();
  if (Number(layer.max) !== depth()) showLayer();
});
map.addEventListener('ftle-diverged', showPlaying);
map.addEventListener('ftle-select', ({ detail }) => {
  const outputs = Array.from(detail.outputs, (value) => value.toFixed(3)).join(', ');
  const [x, y] = [detail.x, detail.y].map((value) => value.toFixed(3));
  find('#probe').textContent =
    `At (${x}, ${y}): λ₁ = ${detail.exponent.toFixed(4)}, λ₂ = ${detail.secondExponent.toFixed(4)} per layer over ${detail.span} layers; output ${outputs}; class ${detail.class}.`;
});
