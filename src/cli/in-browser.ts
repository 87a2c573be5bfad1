import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright';
import { findBrowser } from '../../tools/browser.mjs';
import { chooseGpu, launchOptions } from '../../tools/chromium.mjs';
import { asError, DataError, DeviceError, FtleError, type DeviceErrorReason } from '../errors.ts';
import { startPageServer, type PageHandlers } from './browser-server.ts';
import type { JobHost, RunJob } from './host.ts';
import type { JobName, JobParameters, JobResult } from './jobs/registry.ts';
import type { Progress } from './jobs/job.ts';
import { STOP_EVENT } from './stop-event.ts';

/** The page's code, built beside this file. */
const PAGE_SCRIPT = new URL('page.js', import.meta.url);

/**
 * Milliseconds that a job which is interrupted has for what it keeps; the browser ends after them, and within what
 * main.ts gives for tidying up.
 */
const STOP_TIME = 8000;

/**
 * Jobs in a page of a headless browser, on its WebGPU. Browser and server end with the job, also when it fails or
 * is interrupted.
 *
 * @throws DeviceError if there is no browser or no adapter, or the browser ends early.
 */
export const runInBrowser: RunJob = async (name, parameters, host) => {
  const script = await readFile(PAGE_SCRIPT, 'utf8');
  const { signal } = host;
  const outcome = new Outcome<JobResult<typeof name>>();
  const server = await startPageServer(script, handlersOf(name, parameters, host, outcome));
  try {
    const browser = await launchBrowser();
    try {
      browser.on('disconnected', () => outcome.fail(lost('the browser ended')));
      const page = await browser.newPage();
      page.on('crash', () => outcome.fail(lost('the page crashed: is there enough memory?')));
      page.on('pageerror', (error) => outcome.fail(new FtleError('internal', error.message)));
      await page.goto(server.url);
      signal.throwIfAborted();
      const stop = (): void => {
        const dispatch = (name: string): boolean => dispatchEvent(new Event(name));
        void page.evaluate(dispatch, STOP_EVENT).catch((error: unknown) => outcome.fail(error));
        setTimeout(() => outcome.fail(signal.reason), STOP_TIME);
      };
      signal.addEventListener('abort', stop, { once: true });
      return await outcome.promise;
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
};

function lost(message: string): DeviceError {
  return new DeviceError('lost', `${message} before the job was done`);
}

async function launchBrowser(): Promise<Browser> {
  const found = chooseBrowser();
  try {
    const { chromium } = await import('playwright');
    const options = launchOptions(found.path, await chooseGpu(found.path));
    // The command ends the browser itself, so that it can tidy up in its own order.
    const ownSignals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({ ...options, ...ownSignals });
  } catch (cause) {
    const [reason] = asError(cause).message.split('\n');
    throw new DeviceError('none', `${found.path} does not start: ${reason}`, { cause });
  }
}

function chooseBrowser(): { readonly path: string } {
  let found: { path: string } | null;
  try {
    found = findBrowser();
  } catch (cause) {
    throw new DeviceError('none', asError(cause).message, { cause });
  }
  if (found) return found;
  throw new DeviceError(
    'none',
    'no browser with WebGPU is installed. One of these helps: install Chrome, Chromium or Edge; npx playwright install chromium; FTLE_BROWSER=/path/to/chrome; --backend dawn or cpu',
  );
}

function handlersOf<Name extends JobName>(
  name: Name,
  parameters: JobParameters<Name>,
  host: JobHost<Name>,
  outcome: Outcome<JobResult<Name>>,
): PageHandlers {
  return {
    job: () => ({ name, parameters }),
    give: () => host.give(),
    take: (part) => host.take(part),
    start: (description) => host.onStart(String(description)),
    progress: (progress) => host.onProgress(progress as Progress),
    end(ended) {
      const { result, error } = ended as { result?: JobResult<Name>; error?: Described };
      if (error) outcome.fail(host.signal.aborted ? host.signal.reason : restoreError(error));
      else outcome.succeed(result);
    },
    fail: (error) => outcome.fail(error),
  };
}

/** How the job ends: the first of what is heard. */
class Outcome<Result> {
  readonly promise: Promise<Result>;
  readonly succeed: (result: Result) => void;
  readonly fail: (error: unknown) => void;

  constructor() {
    const { promise, resolve, reject } = withResolvers<Result>();
    this.promise = promise;
    this.succeed = resolve;
    this.fail = reject;
    // It may fail before anyone waits for it, and is then told to whoever does.
    promise.catch(() => undefined);
  }
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

interface Described {
  readonly code: string;
  readonly message: string;
}

function restoreError({ code, message }: Described): Error {
  const device = /^device-(none|limit|lost)$/.exec(code);
  if (device) return new DeviceError(device[1] as DeviceErrorReason, message);
  return code === 'data' ? new DataError(message) : new FtleError(code, message);
}
