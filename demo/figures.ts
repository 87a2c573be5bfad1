// The page of the paper's figures: a worker computes, the browser's storage keeps what is done.
import { FIGURES } from '../src/figures/registry.ts';
import { comparisonCells } from '../src/figures/writing.ts';
import { keepFiles, namedSettings } from './figure-digits.ts';
import type { FromWorker, Outcome, OutcomeFile, RunChoice, ToWorker } from './figure-messages.ts';
import { countSteps, discardSteps } from './figure-store.ts';
import { find, messageOf, offerFile } from './page.ts';

/** Where the last choice is kept, for a page that is loaded anew. */
const LAST = 'ftle-map-figure';

/** What a run is: paused or computing, or there is none. */
type RunState = 'none' | 'paused' | 'computing';

interface LastChoice {
  readonly choice: RunChoice;
  readonly state: RunState;
}

const form = find<HTMLFormElement>('#choice');
const runButton = find<HTMLButtonElement>('#run');
const pauseButton = find<HTMLButtonElement>('#pause');
const stopButton = find<HTMLButtonElement>('#stop');
const discardButton = find<HTMLButtonElement>('#discard');
const bar = find<HTMLProgressElement>('#bar');
const status = find('#status');
const failure = find('#error');

/** Computes, unless it is paused. After a reload a paused run has none until it goes on. */
let worker: Worker | null = null;
let state: RunState = 'none';

function field(name: string): HTMLInputElement | HTMLSelectElement {
  return find<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`, form);
}

function readChoice(): RunChoice {
  return {
    name: field('figure').value,
    size: field('size').value === 'full' ? 'full' : 'quick',
    seed: Number(field('seed').value),
    backend: field('backend').value === 'webgpu' ? 'webgpu' : 'cpu',
    source: field('source').value === 'mnist' ? 'mnist' : 'drawn',
  };
}

function fillChoice({ name, size, seed, backend, source }: RunChoice): void {
  field('figure').value = name;
  field('size').value = size;
  field('seed').value = String(seed);
  field('backend').value = backend;
  field('source').value = source;
}

/** Keeps choice and state for a page that is loaded anew; the address names the figure. */
function remember(choice: RunChoice): void {
  localStorage.setItem(LAST, JSON.stringify({ choice, state } satisfies LastChoice));
  history.replaceState(null, '', `?figure=${choice.name}`);
}

function enter(next: RunState): void {
  state = next;
  remember(readChoice());
  showState();
}

/** Computes what is not kept, and shows what comes out. */
function start(choice: RunChoice): void {
  failure.textContent = '';
  find('#outcome').hidden = true;
  worker = new Worker(new URL('./figures-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  worker.onerror = (event) => fail(event.message || 'the worker does not start');
  tell({ type: 'run', choice });
  status.textContent = 'starting …';
  enter('computing');
}

function tell(message: ToWorker): void {
  worker?.postMessage(message);
}

function hear(message: FromWorker): void {
  switch (message.type) {
    case 'started':
      status.textContent = message.description;
      break;
    case 'progress': {
      const { fraction, doneCount, stepCount, title } = message.progress;
      bar.value = fraction;
      status.textContent = `${Math.round(100 * fraction)} %, ${doneCount} of ${stepCount} steps done; ${state === 'paused' ? 'paused at ' : ''}${title}`;
      break;
    }
    case 'done':
      end();
      bar.value = 1;
      status.textContent = 'done: all steps are kept';
      showOutcome(message.outcome);
      break;
    case 'failed':
      fail(message.message);
  }
}

function fail(reason: string): void {
  end();
  failure.textContent = reason;
  status.textContent = '';
}

function end(): void {
  worker?.terminate();
  worker = null;
  enter('none');
}

function showState(): void {
  const isRunning = state !== 'none';
  runButton.disabled = isRunning;
  discardButton.disabled = isRunning;
  pauseButton.disabled = !isRunning;
  stopButton.disabled = !isRunning;
  pauseButton.textContent = state === 'paused' ? 'Go on' : 'Pause';
  for (const name of ['figure', 'size', 'seed', 'backend', 'source', 'files'])
    field(name).disabled = isRunning;
}

let addresses: string[] = [];

function showOutcome({ title, charts, comparison, findings, files, networks }: Outcome): void {
  find('#title').textContent = title;
  for (const address of addresses) URL.revokeObjectURL(address);
  addresses = charts.map(({ svg }) =>
    URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' })),
  );
  find('#charts').replaceChildren(
    ...charts.map(({ title: text }, i) => {
      const [figure, image] = [document.createElement('figure'), new Image()];
      image.src = addresses[i];
      image.alt = text;
      figure.append(image);
      return figure;
    }),
  );
  find('#comparison').replaceChildren(
    ...comparison.map((row) => {
      const line = document.createElement('tr');
      line.append(
        ...comparisonCells(row).map((text) =>
          Object.assign(document.createElement('td'), { textContent: text }),
        ),
      );
      return line;
    }),
  );
  find('#findings').replaceChildren(
    ...findings.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  );
  find('#files').replaceChildren(...files.map(fileButton));
  find('#networks').replaceChildren(...networks.map(fileButton));
  find('#network-count').textContent = `${networks.length} trained networks`;
  find('#outcome').hidden = false;
}

function fileButton({ name, mediaType, content }: OutcomeFile): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = name;
  button.onclick = () => offerFile(new Blob([content], { type: mediaType }), name);
  return button;
}

const figureOf = ({ name }: RunChoice) => FIGURES.find((figure) => figure.name === name)!;

const stepsOf = (choice: RunChoice) => figureOf(choice).steps(namedSettings(choice));

/** Takes MNIST from files. */
function takeFiles(files: FileList | null | undefined): void {
  if (state !== 'none' || !files || files.length === 0) return;
  failure.textContent = '';
  status.textContent = 'reading …';
  keepFiles([...files])
    .then(() => {
      field('source').value = 'mnist';
      remember(readChoice());
      status.textContent = 'MNIST is kept in this browser';
    })
    .catch((error: unknown) => {
      status.textContent = '';
      tellFailure(error);
    });
}

/** Says what is kept of the chosen run, and shows what comes out of it if that is all. */
async function showKept(): Promise<void> {
  const choice = readChoice();
  showDigitFields(choice);
  const steps = stepsOf(choice);
  const count = await countSteps(choice, namedSettings(choice), steps);
  const isStill = JSON.stringify(readChoice()) === JSON.stringify(choice);
  if (worker || !isStill) return;
  if (count === steps.length) {
    start(choice);
    return;
  }
  find('#outcome').hidden = true;
  bar.value = 0;
  const kept = `${count} of ${steps.length} steps are kept`;
  if (state === 'paused') status.textContent = `paused; ${kept}`;
  else status.textContent = count > 0 ? `${kept}: Run goes on with the others` : '';
}

/** Fields for digits are there for figures that take some. */
function showDigitFields(choice: RunChoice): void {
  const { wantsDigits } = figureOf(choice);
  find('#source').hidden = !wantsDigits;
  find('#files-of-digits').hidden = !wantsDigits || choice.source === 'drawn';
}

const tellFailure = (error: unknown): void => {
  failure.textContent = messageOf(error);
};

field('figure').append(...FIGURES.map(({ name, title }) => new Option(`${name}: ${title}`, name)));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  start(readChoice());
});
form.addEventListener('change', ({ target }) => {
  remember(readChoice());
  if (target === field('files')) takeFiles((target as HTMLInputElement).files);
  else void showKept().catch(tellFailure);
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  takeFiles(event.dataTransfer?.files);
});
pauseButton.addEventListener('click', () => {
  if (state === 'paused') {
    if (worker) tell({ type: 'go' });
    else start(readChoice());
    enter('computing');
  } else {
    tell({ type: 'pause' });
    status.textContent = `paused; ${status.textContent}`;
    enter('paused');
  }
});
stopButton.addEventListener('click', () => {
  end();
  showKept().catch(tellFailure);
});
discardButton.addEventListener('click', () => {
  const choice = readChoice();
  discardSteps(choice, stepsOf(choice)).then(showKept).catch(tellFailure);
});

/** The last choice, unless the address names another figure: that one then, and nothing runs. */
function restore(): LastChoice {
  const text = localStorage.getItem(LAST);
  const none: LastChoice = { choice: readChoice(), state: 'none' };
  const last = text ? { ...none, ...(JSON.parse(text) as Partial<LastChoice>) } : none;
  const wanted = new URLSearchParams(location.search).get('figure') ?? last.choice.name;
  const isKnown = FIGURES.some(({ name }) => name === wanted);
  if (!isKnown || wanted === last.choice.name) return last;
  return { choice: { ...last.choice, name: wanted }, state: 'none' };
}

const last = restore();
fillChoice(last.choice);
showDigitFields(last.choice);
if (last.state === 'computing') start(last.choice);
else {
  enter(last.state);
  showKept().catch(tellFailure);
}
