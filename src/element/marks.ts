import type { Domain } from '../model/plane.ts';
import { MARK_INK, MARKS } from '../render/style.ts';
import type { Mark } from './plane-view.ts';

const COLORS = {
  ink: `rgb(${MARK_INK.map((part) => 255 * part).join(' ')})`,
  halo: '#ffffff',
};

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/**
 * Draws rings with the numbers 1, 2, 3 … at places of a plane over all of a canvas.
 *
 * @param view - rectangle that the canvas shows.
 * @param pixelRatio - canvas pixels per CSS pixel.
 */
export function drawMarks(
  context: Context,
  marks: readonly Mark[],
  view: Domain,
  pixelRatio: number,
): void {
  const { width, height } = context.canvas;
  context.font = `600 ${MARKS.label * pixelRatio}px system-ui, sans-serif`;
  context.textBaseline = 'bottom';
  context.lineJoin = 'round';
  marks.forEach(([s, t], index) => {
    const x = ((s - view.sMin) / (view.sMax - view.sMin)) * width;
    const y = ((view.tMax - t) / (view.tMax - view.tMin)) * height;
    const label = String(index + 1);
    const [labelX, labelY] = [
      x + MARKS.offset * pixelRatio,
      y - (MARKS.offset - MARKS.radius) * pixelRatio,
    ];
    context.beginPath();
    context.arc(x, y, MARKS.radius * pixelRatio, 0, 2 * Math.PI);
    context.strokeStyle = COLORS.halo;
    context.lineWidth = MARKS.halo * pixelRatio;
    context.stroke();
    context.strokeStyle = COLORS.ink;
    context.lineWidth = MARKS.stroke * pixelRatio;
    context.stroke();
    context.strokeStyle = COLORS.halo;
    context.lineWidth = MARKS.labelHalo * pixelRatio;
    context.strokeText(label, labelX, labelY);
    context.fillStyle = COLORS.ink;
    context.fillText(label, labelX, labelY);
  });
}

/** A canvas of marks that lies over a picture; it is only there while there are any. */
export class MarkLayer {
  readonly #canvas = document.createElement('canvas');

  /** @param below - element that the canvas comes after. */
  constructor(readonly below: Element) {
    this.#canvas.className = 'marks';
    this.#canvas.ariaHidden = 'true';
  }

  show(
    marks: readonly Mark[],
    view: Domain,
    size: { readonly width: number; readonly height: number; readonly pixelRatio: number },
  ): void {
    if (marks.length === 0) {
      this.#canvas.remove();
      return;
    }
    if (!this.#canvas.isConnected) this.below.after(this.#canvas);
    // To set the size clears the canvas.
    this.#canvas.width = size.width;
    this.#canvas.height = size.height;
    drawMarks(this.#canvas.getContext('2d')!, marks, view, size.pixelRatio);
  }

  dispose(): void {
    this.#canvas.remove();
  }
}
