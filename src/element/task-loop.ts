/** Something to do; rejections are reported. */
export type Task = () => Promise<void>;

/**
 * Does one task after the other, whenever it is woken, until none is left. Tasks are asked for one at a
 * time, so that each is chosen by what is wanted then.
 */
export class TaskLoop {
  #isRunning = false;
  #isClosed = false;
  #running: Promise<void> = Promise.resolve();
  readonly #waiters: (() => void)[] = [];

  /**
   * @param nextTask - what to do next; null if there is nothing.
   * @param isIdle - asked when there is nothing: false if something is still to come.
   */
  constructor(
    readonly nextTask: () => Task | null,
    readonly isIdle: () => boolean,
    readonly onError: (error: unknown) => Promise<void>,
  ) {}

  /** True if somebody waits until the loop is idle. */
  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  wake(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    // Wishes that change together are taken together.
    this.#running = Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    for (;;) {
      const task = this.#isClosed ? null : this.nextTask();
      if (!task) break;
      try {
        await task();
      } catch (error) {
        await this.onError(error);
      }
    }
    this.#isRunning = false;
    if (this.#isClosed || this.isIdle()) this.#release();
  }

  /** Resolves when there is nothing left to do. */
  whenIdle(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.wake();
    });
  }

  /** Begins no other task; resolves when the one under way is over. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#release();
    return this.#running;
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

/** Calls that wait for their turn, and for something (a session) to work on. */
export class JobQueue<S> {
  readonly #jobs: { run(subject: S): Promise<void>; reject(reason: Error): void }[] = [];
  #closedBy: Error | null = null;

  get hasJobs(): boolean {
    return this.#jobs.length > 0;
  }

  /** Resolves or rejects as `run` does when it has had its turn. */
  add<T>(run: (subject: S) => Promise<T>): Promise<T> {
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ run: (subject) => run(subject).then(resolve, reject), reject });
    });
  }

  /** The job whose turn it is; it never rejects itself. */
  take(): ((subject: S) => Promise<void>) | null {
    return this.#jobs.shift()?.run ?? null;
  }

  rejectAll(reason: Error): void {
    for (const job of this.#jobs.splice(0)) job.reject(reason);
  }

  /** Rejects all jobs, those to come as well. */
  close(reason: Error): void {
    this.#closedBy = reason;
    this.rejectAll(reason);
  }
}

/** Resolves at the page's next frame, or soon if the page is hidden and has none. */
export function nextAnimationFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, 100);
    const frame = requestAnimationFrame(done);
    function done(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
  });
}
