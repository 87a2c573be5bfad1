import type { Engine } from '../engine/engine.ts';
import { createGpuPainter } from './gpu-painter.ts';
import type { Painter } from './style.ts';

export type { Painter, PaintStyle, Quantity, SampleMarks } from './style.ts';

/**
 * A painter for the fields of an engine: WebGPU on the engine's own device, or Canvas 2D.
 *
 * @param format - the canvas' preferred texture format; for WebGPU only.
 */
export async function createPainter(
  engine: Engine,
  canvas: HTMLCanvasElement | OffscreenCanvas,
  format: GPUTextureFormat = 'bgra8unorm',
): Promise<Painter> {
  if (engine.device) return createGpuPainter(engine.device, canvas, format);
  const { createCanvasPainter } = await import('./canvas-painter.ts');
  return createCanvasPainter(canvas);
}
