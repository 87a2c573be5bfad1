import { loadPlan, type Plan } from './plan.ts';
import type { NetworkSettings } from './settings.ts';

/** Loads plans one at a time: later settings replace those that are still being loaded. */
export class PlanLoader {
  /** The plan loaded last; null before the first. */
  plan: Plan | null = null;
  #loading: AbortController | null = null;

  /** @param onEnd - told the new plan, or what went wrong. */
  constructor(readonly onEnd: (plan: Plan | null, error: unknown) => void) {}

  get isLoading(): boolean {
    return this.#loading !== null;
  }

  load(settings: NetworkSettings): void {
    this.#loading?.abort();
    const loading = (this.#loading = new AbortController());
    const end = (plan: Plan | null, error: unknown): void => {
      if (this.#loading !== loading) return;
      this.#loading = null;
      if (plan) this.plan = plan;
      this.onEnd(plan, error);
    };
    loadPlan(settings, loading.signal).then(
      (plan) => end(plan, null),
      (error: unknown) => end(null, error),
    );
  }

  close(): void {
    this.#loading?.abort();
    this.#loading = null;
    this.plan = null;
  }
}
