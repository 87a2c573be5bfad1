import { DeviceError } from '../errors.ts';
import { watchLoss } from '../gpu/device-loss.ts';
import { Connection } from './connection.ts';
import { borrowDevice } from './device.ts';
import type { KeptWeights, LiveMapListener, LiveMapStart } from './listener.ts';
import type { LiveMap } from './live-map.ts';
import type { Backend } from './settings.ts';

/** Who wants a connection: the element. */
export interface ConnectionHost {
  readonly listener: LiveMapListener;
  readonly backend: () => Backend;
  /** What a live map is to start with, as it is when the engine is there. */
  readonly start: () => Omit<LiveMapStart, 'kept'>;
  readonly onConnect: (connection: Connection) => void;
  /** The device is lost, and the connection about to be freed. */
  readonly onLost: (live: LiveMap) => void;
  /** Told what is wrong, or null when it is right again. */
  readonly onProblem: (error: unknown) => void;
}

/** Connects an element to a backend, to another one on demand, and once more if the device is lost. */
export class Connector {
  #opening = new AbortController();
  /** Resolves when the connection is there or has failed. */
  #connecting: Promise<void> = Promise.resolve();
  #connection: Connection | null = null;
  #forgetLoss: (() => void) | null = null;
  #hasRecovered = false;

  constructor(readonly host: ConnectionHost) {}

  get connection(): Connection | null {
    return this.#connection;
  }

  get live(): LiveMap | null {
    return this.#connection?.live ?? null;
  }

  /** Has a device ready for when it is known what to start with: it takes a while. */
  prepare(): void {
    if (this.host.backend() !== 'cpu') borrowDevice().catch(() => undefined);
  }

  /** Starts anew, as after a long time. */
  open(): void {
    this.#hasRecovered = false;
    this.connect(null);
  }

  /**
   * Starts the backend that is wanted; what there was before stays until the new is there.
   *
   * @param kept - weights to go on with; null: the start values.
   */
  connect(kept: KeptWeights | null): void {
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    const { backend, listener, start, onProblem } = this.host;
    const startAll = (): LiveMapStart => ({ ...start(), kept });
    this.#connecting = Connection.open(backend(), listener, startAll, signal).then(
      (connection) => this.#attach(connection),
      (error: unknown) => {
        if (!signal.aborted) onProblem(error);
      },
    );
  }

  /** Waits until the connection that is wanted is there or has failed. */
  async settle(): Promise<void> {
    let awaited: Promise<void> | null = null;
    while (awaited !== this.#connecting) {
      awaited = this.#connecting;
      await awaited;
    }
  }

  close(): void {
    this.#opening.abort();
    this.#drop();
  }

  #attach(connection: Connection): void {
    this.#drop();
    this.#connection = connection;
    this.host.onProblem(null);
    const { device } = connection.engine;
    if (device) this.#forgetLoss = watchLoss(device, (info) => this.#recover(connection, info));
    this.host.onConnect(connection);
  }

  #drop(): void {
    this.#forgetLoss?.();
    this.#forgetLoss = null;
    void this.#connection?.dispose();
    this.#connection = null;
  }

  /** After the loss of the device: says so, and asks once for another to go on with the last weights. */
  #recover({ live }: Connection, { message }: GPUDeviceLostInfo): void {
    const { session } = live;
    this.host.onLost(live);
    this.#drop();
    const next = this.#hasRecovered
      ? 'Reload the page to go on.'
      : 'The map asks for another one and goes on with its last weights.';
    const reason = message ? ` (${message})` : '';
    this.host.onProblem(new DeviceError('lost', `The GPU device was lost${reason}. ${next}`));
    if (this.#hasRecovered) return;
    this.#hasRecovered = true;
    this.connect(session && { plan: session.plan, parameters: session.kept.parameters });
  }
}
