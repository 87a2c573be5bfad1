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
  'link',
  'learning-rate',
  'style',
] as const;

export type ProblemSource = (typeof SOURCES)[number];

/** What is wrong with settings that were read earlier: it does not count while newer ones cannot be read. */
const EARLIER: Readonly<Partial<Record<ProblemSource, ProblemSource>>> = {
  plan: 'network-settings',
  network: 'network-settings',
  plane: 'plane-settings',
};

/** What is wrong at present: at most one error for each source. */
export class Problems {
  readonly #errors = new Map<ProblemSource, Error>();

  /** The gravest; null if all is well. */
  get first(): Error | null {
    const source = this.#present[0];
    return source ? this.#errors.get(source)! : null;
  }

  /** How many more there are. */
  get others(): number {
    return Math.max(0, this.#present.length - 1);
  }

  /** What counts, the gravest first. */
  get #present(): ProblemSource[] {
    return SOURCES.filter((source) => {
      const newer = EARLIER[source];
      return this.#errors.has(source) && !(newer && this.#errors.has(newer));
    });
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
