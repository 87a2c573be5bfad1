import type { Rgb } from './palette.ts';

/** Line ends in pixels, [count][4]: x0, y0, x1, y1. x to the right, y down; pixel centres lie at ½. */
export type PixelSegments = Float32Array | readonly number[];

/** A picture of opaque pixels in memory, 8 bits a channel, sRGB. */
export class Raster {
  /** [height][width][3], the highest row first. */
  readonly data: Uint8Array;
  /** How much of each pixel the lines of one call cover, 0 to 255; all 0 between calls. */
  #cover: Uint8Array | null = null;

  /** @param background - colour of all pixels. */
  constructor(
    readonly width: number,
    readonly height: number,
    background: Rgb,
  ) {
    this.data = new Uint8Array(3 * width * height);
    this.fillRectangle(0, 0, width, height, background);
  }

  /** Fills whole pixels; what lies beyond the picture is cut off. */
  fillRectangle(left: number, top: number, width: number, height: number, color: Rgb): void {
    const [right, bottom] = [
      Math.min(left + width, this.width),
      Math.min(top + height, this.height),
    ];
    for (let y = Math.max(top, 0); y < bottom; y++) {
      for (let x = Math.max(left, 0); x < right; x++) this.setPixel(x, y, color);
    }
  }

  setPixel(x: number, y: number, color: Rgb): void {
    const at = 3 * (y * this.width + x);
    for (let k = 0; k < 3; k++) this.data[at + k] = Math.round(255 * color[k]);
  }

  /**
   * Draws lines with round ends, softened over one pixel as in lib/capsule.wgsl. Where lines of one call
   * meet it is no darker than elsewhere.
   *
   * @param lineWidth - pixels.
   * @param opacity - how much of what is below they hide, 0 to 1.
   * @param clip - pixels from the left and from the top that may change; all by default.
   */
  strokeSegments(
    segments: PixelSegments,
    lineWidth: number,
    color: Rgb,
    opacity = 1,
    clip: { readonly width: number; readonly height: number } = this,
  ): void {
    const cover = (this.#cover ??= new Uint8Array(this.width * this.height));
    const reach = lineWidth / 2 + 0.5;
    let [left, right, top, bottom] = [clip.width, 0, clip.height, 0];
    for (let i = 0; i < segments.length; i += 4) {
      const [x0, y0, x1, y1] = [segments[i], segments[i + 1], segments[i + 2], segments[i + 3]];
      const [forwardX, forwardY] = [x1 - x0, y1 - y0];
      const square = forwardX * forwardX + forwardY * forwardY;
      const firstX = Math.max(Math.floor(Math.min(x0, x1) - reach), 0);
      const endX = Math.min(Math.ceil(Math.max(x0, x1) + reach), clip.width);
      const firstY = Math.max(Math.floor(Math.min(y0, y1) - reach), 0);
      const endY = Math.min(Math.ceil(Math.max(y0, y1) + reach), clip.height);
      if (!(firstX < endX && firstY < endY)) continue;
      [left, right] = [Math.min(left, firstX), Math.max(right, endX)];
      [top, bottom] = [Math.min(top, firstY), Math.max(bottom, endY)];
      for (let y = firstY; y < endY; y++) {
        for (let x = firstX; x < endX; x++) {
          const [dx, dy] = [x + 0.5 - x0, y + 0.5 - y0];
          const along = square > 0 ? (dx * forwardX + dy * forwardY) / square : 0;
          const part = Math.min(Math.max(along, 0), 1);
          const distance = Math.hypot(dx - part * forwardX, dy - part * forwardY);
          const covered = 255 * Math.min(Math.max(reach - distance, 0), 1);
          const at = y * this.width + x;
          if (covered > cover[at]) cover[at] = covered;
        }
      }
    }
    this.#blend(left, right, top, bottom, color, opacity);
  }

  /** Draws discs [count][2]: x, y. */
  fillDiscs(
    centres: PixelSegments,
    diameter: number,
    color: Rgb,
    clip: { readonly width: number; readonly height: number } = this,
  ): void {
    const points: number[] = [];
    for (let i = 0; i < centres.length; i += 2) {
      points.push(centres[i], centres[i + 1], centres[i], centres[i + 1]);
    }
    this.strokeSegments(points, diameter, color, 1, clip);
  }

  /** Mixes a colour in by the cover of a rectangle, and clears that. */
  #blend(
    left: number,
    right: number,
    top: number,
    bottom: number,
    color: Rgb,
    opacity: number,
  ): void {
    const cover = this.#cover!;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = y * this.width + x;
        if (cover[at] === 0) continue;
        const part = (opacity * cover[at]) / 255;
        cover[at] = 0;
        for (let k = 0; k < 3; k++) {
          const below = this.data[3 * at + k];
          this.data[3 * at + k] = Math.round(below + part * (255 * color[k] - below));
        }
      }
    }
  }
}
