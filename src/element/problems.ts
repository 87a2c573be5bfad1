/** What can go wrong, the gravest first. */
const SOURCES = [
  'device',
  'backend',
  'engine',
  'network-settings',
  'plan',
  'network',
  'training',
  'plane-settings',
  'plane',
  'view-settings',
  'view',
  'gestures',
  'surface',
  'link',
  'learning-rate',
  'style',
] as const;

export type ProblemSource = (typeof SOURCES)[number];

/** What is wrong at present: at most one error for each source. */
export class Problems {
  readonly #errors = new Map<ProblemSource, Error>();

  /** The gravest; null if all is well. */
  get first(): Error | null {
    const source = SOURCES.find((candidate) => this.#errors.has(candidate));
    return source ? this.#errors.get(source)! : null;
  }

  /** How many more there are. */
  get others(): number {
    return Math.max(0, this.#errors.size - 1);
  }

  /**
   * Notes an error, or with null that the source is right again.
   *
   * @returns whether that changes what there is to say.
   */
  set(source: ProblemSource, error: Error | null): boolean {
    const known = this.#errors.get(source);
    if (!error) this.#errors.delete(source);
    else this.#errors.set(source, error);
    return known?.message !== error?.message;
  }

  clear(): void {
    this.#errors.clear();
  }
}
