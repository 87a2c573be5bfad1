// The page of the paper's figures: a worker computes, the browser's storage keeps what is done.
import { FIGURES } from '../src/figures/registry.ts';
import { comparisonCells } from '../src/figures/writing.ts';
import { keepFiles, namedSettings } from './figure-digits.ts';
import type { FromWorker, Outcome, RunChoice, ToWorker } from './figure-messages.ts';
import { countSteps, discardSteps } from './figure-store.ts';
import { find, messageOf, offerFile } from './page.ts';

/** Where the last choice is kept, for a page that is loaded anew. */
const LAST = 'ftle-map-figure';

interface LastChoice {
  readonly choice: RunChoice;
  readonly isRunning: boolean;
}

const form = find<HTMLFormElement>('#choice');
const runButton = find<HTMLButtonElement>('#run');
const pauseButton = find<HTMLButtonElement>('#pause');
const discardButton = find<HTMLButtonElement>('#discard');
const bar = find<HTMLProgressElement>('#bar');
const status = find('#status');
const failure = find('#error');

let worker: Worker | null = null;
let isPaused = false;

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

function remember(choice: RunChoice, isRunning: boolean): void {
  localStorage.setItem(LAST, JSON.stringify({ choice, isRunning } satisfies LastChoice));
}

function start(choice: RunChoice): void {
  failure.textContent = '';
  find('#outcome').hidden = true;
  remember(choice, true);
  worker = new Worker(new URL('./figures-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
  worker.onerror = (event) => fail(event.message || 'the worker does not start');
  tell({ type: 'run', choice });
  status.textContent = 'starting …';
  showState();
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
      status.textContent = `${Math.round(100 * fraction)} %, ${doneCount} of ${stepCount} steps done; ${isPaused ? 'paused at ' : ''}${title}`;
      break;
    }
    case 'done':
      end();
      bar.value = 1;
      status.textContent = 'done';
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
  isPaused = false;
  remember(readChoice(), false);
  showState();
}

function showState(): void {
  const isRunning = worker !== null;
  runButton.disabled = isRunning;
  discardButton.disabled = isRunning;
  pauseButton.disabled = !isRunning;
  pauseButton.textContent = isPaused ? 'Go on' : 'Pause';
  for (const name of ['figure', 'size', 'seed', 'backend', 'source', 'files'])
    field(name).disabled = isRunning;
}

let addresses: string[] = [];

function showOutcome({ title, charts, comparison, findings, files }: Outcome): void {
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
  find('#files').replaceChildren(
    ...files.map(({ name, mediaType, content }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      button.onclick = () => offerFile(new Blob([content], { type: mediaType }), name);
      return button;
    }),
  );
  find('#outcome').hidden = false;
}

const figureOf = ({ name }: RunChoice) => FIGURES.find((figure) => figure.name === name)!;

const stepsOf = (choice: RunChoice) => figureOf(choice).steps(namedSettings(choice));

/** Takes MNIST from files. */
function takeFiles(files: FileList | null | undefined): void {
  if (worker || !files || files.length === 0) return;
  failure.textContent = '';
  status.textContent = 'reading …';
  keepFiles([...files])
    .then(() => {
      field('source').value = 'mnist';
      remember(readChoice(), false);
      status.textContent = 'MNIST is kept in this browser';
    })
    .catch((error: unknown) => {
      status.textContent = '';
      tellFailure(error);
    });
}

/** Says what is kept of the chosen run. */
async function showKept(): Promise<void> {
  const choice = readChoice();
  const figure = figureOf(choice);
  find('#source').hidden = !figure.wantsDigits;
  find('#files-of-digits').hidden = !figure.wantsDigits || choice.source === 'drawn';
  const steps = stepsOf(choice);
  const stepCount = steps.length;
  const count = await countSteps(choice, namedSettings(choice), steps);
  if (worker) return;
  bar.value = 0;
  status.textContent =
    count > 0 ? `${count} of ${stepCount} steps are kept: Run goes on with the others` : '';
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
  remember(readChoice(), false);
  if (target === field('files')) takeFiles((target as HTMLInputElement).files);
  else void showKept().catch(tellFailure);
});
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  takeFiles(event.dataTransfer?.files);
});
pauseButton.addEventListener('click', () => {
  isPaused = !isPaused;
  tell({ type: isPaused ? 'pause' : 'go' });
  if (isPaused) status.textContent = `paused; ${status.textContent}`;
  showState();
});
discardButton.addEventListener('click', () => {
  const choice = readChoice();
  discardSteps(choice, stepsOf(choice)).then(showKept).catch(tellFailure);
});

const last = localStorage.getItem(LAST);
const { choice, isRunning } = last
  ? (JSON.parse(last) as LastChoice)
  : { choice: readChoice(), isRunning: false };
fillChoice(choice);
if (isRunning) start(choice);
else void showKept().catch(tellFailure);
