import type { JobHost } from './host.ts';
import type { Backend } from './host.ts';
import type { JobName, JobParameters, JobReceived, JobResult, JobSent } from './jobs/registry.ts';
import type { Reporter } from './reporter.ts';
import { RUN_JOB } from './run-job.ts';
import { printable } from './wording.ts';

/** Options that all commands have. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Options of commands that compute. */
export interface RunOptions extends CommonOptions {
  readonly backend: Backend;
}

/** What a command says about a job that has run. */
export interface JobRun<Name extends JobName> {
  readonly result: JobResult<Name>;
  readonly backend: Backend;
  /** What computed, for people. */
  readonly description: string;
  /** Wall time of the job, from the start of its backend to the end. */
  readonly seconds: number;
}

/** The command's data streams to and from its job. */
export interface JobStreams<Name extends JobName> {
  readonly give?: () => Promise<JobReceived<Name> | null>;
  readonly take?: (part: JobSent<Name>) => Promise<void>;
  /** How far the command is, where it knows better than its job. */
  readonly fraction?: () => number;
}

/** One run of the command: what it is stopped by and where it reports. */
export class Session {
  constructor(
    readonly name: string,
    readonly options: CommonOptions,
    readonly signal: AbortSignal,
    readonly reporter: Reporter,
  ) {}

  /** Runs a job on a backend. */
  async run<Name extends JobName>(
    backend: Backend,
    name: Name,
    parameters: JobParameters<Name>,
    { give, take, fraction }: JobStreams<Name> = {},
  ): Promise<JobRun<Name>> {
    const { signal, reporter } = this;
    const start = performance.now();
    let description = '';
    const report = (): void => {
      if (fraction) reporter.progress({ fraction: fraction() });
    };
    const host: JobHost<Name> = {
      signal,
      onStart(text) {
        description = text;
        reporter.started(backend, text);
      },
      onProgress: (progress) => (fraction ? report() : reporter.progress(progress)),
      give: give ?? (() => Promise.resolve(null)),
      async take(part) {
        await take?.(part);
        report();
      },
    };
    try {
      const result = await RUN_JOB[backend](name, parameters, host);
      return { result, backend, description, seconds: (performance.now() - start) / 1000 };
    } finally {
      reporter.stop();
    }
  }

  /**
   * Prints what the command found: one JSON object if that is wanted, else lines for people.
   *
   * @param lines - of text.
   */
  print(value: object, lines: readonly string[]): void {
    this.reporter.stop();
    const text = this.options.json
      ? JSON.stringify({ command: this.name, ...value })
      : printable(lines.join('\n'));
    process.stdout.write(`${text}\n`);
  }
}
