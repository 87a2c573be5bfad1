import { DataError, FtleError } from '../errors.ts';
import { openGpuEngine } from './device.ts';
import { decodePacket, encodePacket } from './packet.ts';
import { startJob, type JobName, type JobParameters } from './jobs/registry.ts';
import type { Progress } from './jobs/job.ts';
import { STOP_EVENT } from './stop-event.ts';

/*
 * What the command runs in a page of a browser: it fetches its job from the server of the command, runs it, and
 * posts what comes of it there (browser-server.ts).
 */

/** Milliseconds between two posts of progress, at least. */
const PROGRESS_INTERVAL = 100;

interface Order {
  readonly name: JobName;
  readonly parameters: JobParameters<JobName>;
}

async function runOrder(signal: AbortSignal): Promise<void> {
  const sender = new Sender();
  try {
    const { engine, failure } = await openGpuEngine(navigator.gpu);
    await post('start', engine.description);
    const { name, parameters } = (await get('job')) as Order;
    const work = startJob(name, parameters, {
      engine,
      signal,
      onProgress: throttle((progress) => sender.tell(progress)),
      receive: async () => (await get('part')) as never,
      send: (part) => sender.send(part),
    });
    const result = await Promise.race([work, failure]);
    await sender.finish();
    await post('end', { result });
  } catch (thrown) {
    await sender.idle();
    await post('end', { error: describeError(thrown) });
  }
}

/** Posts parts one after the other: the next is computed while one is on its way. */
class Sender {
  #underWay: Promise<unknown> = Promise.resolve();
  #failure: { readonly reason: unknown } | null = null;

  async send(part: unknown): Promise<void> {
    await this.finish();
    this.#start(post('part', part));
  }

  /** Progress goes by when something else is on its way. */
  tell(progress: Progress): void {
    void post('progress', progress).catch((reason: unknown) => (this.#failure = { reason }));
  }

  /** Resolves when nothing is on its way, whether it has arrived or not. */
  async idle(): Promise<void> {
    await this.#underWay;
  }

  async finish(): Promise<void> {
    await this.idle();
    if (this.#failure) throw this.#failure.reason;
  }

  #start(work: Promise<unknown>): void {
    this.#underWay = work.catch((reason: unknown) => (this.#failure = { reason }));
  }
}

function throttle(tell: (progress: Progress) => void): (progress: Progress) => void {
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_INTERVAL) return;
    last = now;
    tell(progress);
  };
}

/** null where the server has nothing more. */
async function get(path: string): Promise<unknown> {
  const response = await fetch(path);
  if (response.status === 204) return null;
  return decodePacket(new Uint8Array(await checked(response).arrayBuffer()));
}

async function post(path: string, value: unknown): Promise<void> {
  const body = new Blob(encodePacket(value));
  checked(await fetch(path, { method: 'POST', body }));
}

function checked(response: Response): Response {
  if (response.ok) return response;
  throw new DataError(`the command answers ${response.status}`);
}

function describeError(thrown: unknown): { code: string; message: string } {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: thrown instanceof FtleError ? thrown.code : 'internal', message };
}

const stop = new AbortController();
addEventListener(STOP_EVENT, () => stop.abort(), { once: true });
void runOrder(stop.signal);
