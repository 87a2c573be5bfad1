import { SingleBar } from 'cli-progress';
import type { Progress } from './jobs/job.ts';
import { printable } from './wording.ts';

/** Milliseconds between two lines of progress, at least. */
const LINE_INTERVAL = 1000;

/** What a command tells while it works: on stderr, for people on a terminal, else as lines of JSON. */
export class Reporter {
  #bar: SingleBar | null = null;
  #lastLine = -Infinity;
  readonly #start = performance.now();
  readonly #isTerminal = process.stderr.isTTY;

  /** @param isQuiet - only errors are told. */
  constructor(private readonly isQuiet: boolean) {}

  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** What was assumed or is good to know. */
  note(text: string): void {
    this.#tell(text, { note: text });
  }

  /** What computes. */
  started(backend: string, description: string): void {
    this.#tell(`${backend}: ${description}`, { backend, description });
  }

  progress({ fraction, values }: Progress): void {
    if (this.isQuiet) return;
    if (this.#isTerminal) {
      this.#bar ??= startBar();
      const shown = Object.entries(values ?? {}).map(([name, value]) => `${name} ${short(value)}`);
      this.#bar.update(fraction, { values: shown.join('  ') });
      return;
    }
    const now = performance.now();
    if (now - this.#lastLine < LINE_INTERVAL && fraction < 1) return;
    this.#lastLine = now;
    this.#line({ progress: round(fraction), seconds: round(this.seconds), ...values });
  }

  /** Takes the bar away: what follows is no progress. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }

  #tell(text: string, line: object): void {
    if (this.isQuiet) return;
    if (!this.#isTerminal) {
      this.#line(line);
      return;
    }
    this.stop();
    process.stderr.write(`ftle: ${printable(text)}\n`);
  }

  #line(value: object): void {
    process.stderr.write(`${JSON.stringify(value)}\n`);
  }
}

function startBar(): SingleBar {
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {duration_formatted}  {values}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    emptyOnZero: true,
  });
  bar.start(1, 0, { values: '' });
  return bar;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

const short = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toPrecision(3);
