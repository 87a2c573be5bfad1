/** Does something when it is first asked for; after a failure, when it is asked for again. */
export function once<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  const forget = (error: unknown): never => {
    running = null;
    throw error;
  };
  return () => (running ??= run().catch(forget));
}
