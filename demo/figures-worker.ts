// Computes a figure in a thread of its own, so that the page stays quick.
import { createCpuEngine, createGpuEngine, writeNetwork, type Engine } from 'ftle-map';
import { chartSvg } from '../src/figures/chart.ts';
import type { Conclusion } from '../src/figures/figure.ts';
import { findFigure } from '../src/figures/registry.ts';
import { runFigure } from '../src/figures/run.ts';
import { comparisonMarkdown, tableCsv, tableJson } from '../src/figures/writing.ts';
import { settingsOf } from './figure-digits.ts';
import type { FromWorker, Outcome, OutcomeFile, RunChoice, ToWorker } from './figure-messages.ts';
import { countSteps, discardStep, loadStep, saveStep } from './figure-store.ts';
import { messageOf } from './page.ts';

const post = (message: FromWorker): void => globalThis.postMessage(message);

/** Open unless the run is paused. */
class Gate {
  #opening: Promise<void> | undefined;
  #open: () => void = () => undefined;

  /** Undefined if it is open. */
  passed(): Promise<void> | undefined {
    return this.#opening;
  }

  close(): void {
    this.open();
    this.#opening = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
    this.#opening = undefined;
  }
}

const gate = new Gate();

async function createEngine(backend: RunChoice['backend']): Promise<Engine> {
  if (backend === 'cpu') return createCpuEngine();
  const adapter = await (navigator.gpu as GPU | undefined)?.requestAdapter();
  if (!adapter) throw new Error('this browser has no WebGPU here: choose CPU');
  const device = await adapter.requestDevice();
  return createGpuEngine(device);
}

async function run(choice: RunChoice): Promise<void> {
  const figure = findFigure(choice.name);
  if (!figure) throw new Error(`there is no figure ${choice.name}`);
  const settings = await settingsOf(choice);
  const steps = figure.steps(settings);
  const isComplete = (await countSteps(choice, settings, steps)) === steps.length;
  // What is complete is concluded without a GPU.
  const engine = await createEngine(isComplete ? 'cpu' : choice.backend);
  post({ type: 'started', description: engine.description });
  try {
    const conclusion = await runFigure(figure, settings, engine, {
      signal: new AbortController().signal,
      store: {
        load: (id) => loadStep(choice, id),
        save: (id, kept) => saveStep(choice, id, kept),
        discard: (id) => discardStep(choice, id),
      },
      onProgress: (progress) => post({ type: 'progress', progress }),
      whilePaused: () => gate.passed(),
    });
    post({ type: 'done', outcome: await writeOutcome(figure.title, conclusion) });
  } finally {
    engine.dispose();
  }
}

async function writeOutcome(title: string, conclusion: Conclusion): Promise<Outcome> {
  const { comparison, findings, tables } = conclusion;
  const charts: { title: string; svg: string }[] = [];
  const files: OutcomeFile[] = [];
  for (const chart of conclusion.charts) {
    const svg = await chartSvg(chart);
    charts.push({ title: chart.title, svg });
    files.push({ name: `${chart.name}.svg`, mediaType: 'image/svg+xml', content: svg });
  }
  for (const table of tables) {
    files.push({ name: `${table.name}.csv`, mediaType: 'text/csv', content: tableCsv(table) });
    files.push({
      name: `${table.name}.json`,
      mediaType: 'application/json',
      content: tableJson(table),
    });
  }
  const markdown = comparisonMarkdown(title, conclusion);
  files.push({ name: 'comparison.md', mediaType: 'text/markdown', content: markdown });
  const networks: OutcomeFile[] = [];
  for (const { name, network } of conclusion.networks) {
    const content = new Uint8Array(await writeNetwork(network, 'safetensors'));
    networks.push({ name: `${name}.safetensors`, mediaType: 'application/octet-stream', content });
  }
  return { title, charts, comparison, findings, files, networks };
}

globalThis.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'run') {
    run(data.choice).catch((error: unknown) => post({ type: 'failed', message: messageOf(error) }));
  } else if (data.type === 'pause') gate.close();
  else gate.open();
});
