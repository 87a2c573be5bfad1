import type { Engine } from '../engine/engine.ts';
import { createGpuEngine } from '../engine/gpu-engine.ts';
import { DeviceError } from '../errors.ts';
import { createPainter, type Painter } from '../render/painter.ts';
import { borrowDevice } from './device.ts';
import type { LiveMapListener, LiveMapStart } from './listener.ts';
import { LiveMap } from './live-map.ts';
import type { Backend } from './settings.ts';

/** What an element holds while it is in a document: engine, canvas, painter and live map. */
export class Connection {
  readonly live: LiveMap;

  private constructor(
    readonly engine: Engine,
    readonly canvas: HTMLCanvasElement,
    readonly painter: Painter,
    /** Why the CPU computes although WebGPU would have been taken; null if it is as asked. */
    readonly fallbackReason: string | null,
    /** Texture format that the canvas shows without a copy. */
    readonly format: GPUTextureFormat | undefined,
    listener: LiveMapListener,
    start: LiveMapStart,
  ) {
    this.live = new LiveMap(engine, painter, canvas, listener, start);
  }

  /**
   * Starts the backend that is asked for; `auto` is WebGPU, or the CPU where there is none.
   *
   * @param start - called when the engine is there.
   * @throws DeviceError if WebGPU is insisted on and there is none, AbortError if the signal fires.
   */
  static async open(
    backend: Backend,
    listener: LiveMapListener,
    start: () => LiveMapStart,
    signal: AbortSignal,
  ): Promise<Connection> {
    const { engine, fallbackReason, format } = await startEngine(backend);
    let painter: Painter | null = null;
    try {
      signal.throwIfAborted();
      const canvas = document.createElement('canvas');
      painter = await createPainter(engine, canvas, format);
      signal.throwIfAborted();
      return new Connection(engine, canvas, painter, fallbackReason, format, listener, start());
    } catch (error) {
      painter?.dispose();
      engine.dispose();
      throw error;
    }
  }

  /** Ends all at once; frees what was under way when it is over. */
  async dispose(): Promise<void> {
    await this.live.dispose();
    this.painter.dispose();
    this.engine.dispose();
  }
}

type StartedEngine = Pick<Connection, 'engine' | 'fallbackReason' | 'format'>;

async function startEngine(backend: Backend): Promise<StartedEngine> {
  if (backend === 'cpu') return startCpu(null);
  try {
    const { device, description, slow, format } = await borrowDevice();
    const engine = createGpuEngine(device, { description, slow });
    return { engine, fallbackReason: null, format };
  } catch (error) {
    if (backend === 'webgpu' || !(error instanceof DeviceError)) throw error;
    return startCpu(error.message);
  }
}

async function startCpu(fallbackReason: string | null): Promise<StartedEngine> {
  const { createCpuEngine } = await import('../engine/cpu-engine.ts');
  return { engine: createCpuEngine(), fallbackReason, format: undefined };
}
