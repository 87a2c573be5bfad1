import type { Engine } from '../../engine/engine.ts';
import { createNetwork, type Network, type NetworkSpec } from '../../model/network.ts';

/** How far a job is, and a few numbers about it where it has some. */
export interface Progress {
  /** 0 to 1. */
  readonly fraction: number;
  readonly values?: Readonly<Record<string, number>>;
}

/** What a job has where it runs: in this process, or in a page of a browser. */
export interface JobContext<Received, Sent> {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** The next part of what the command has for the job; null after the last. */
  receive(): Promise<Received | null>;
  /** Hands a part of the result over, which is then the command's; resolves when there is room for more. */
  send(part: Sent): Promise<void>;
}

/**
 * Work of a command that needs an engine. The same function runs in the process of the command and in a
 * page, so everything that it gets and gives is plain data: JSON with typed arrays in it.
 */
export type Job<Parameters, Received, Sent, Result> = (
  parameters: Parameters,
  context: JobContext<Received, Sent>,
) => Promise<Result>;

/** A network as plain data. */
export interface NetworkParcel {
  readonly spec: NetworkSpec;
  readonly parameters: Float32Array;
}

export function packNetwork({ spec, parameters }: Network): NetworkParcel {
  return { spec, parameters };
}

export function unpackNetwork({ spec, parameters }: NetworkParcel): Network {
  return createNetwork(spec, parameters);
}
