import { Status, type FieldData } from '../engine/engine.ts';

/**
 * Decision boundary of a field as segments [count][4] in plane coordinates: s0, t0, s1, t1.
 *
 * Between neighbouring pixels p and q of classes a ≠ b it lies at d(p) / (d(p) − d(q)) of the way, where d is
 * output a less output b, or the output itself if there is one. The field goes on unchanged from its
 * outer pixel centres to its edge. In a cell between four centres, two crossings are joined; three or
 * four meet in their mean. A cell with a pixel that has no output has no boundary. The shader
 * render/boundary.wgsl finds the same segments, in any order.
 */
export function boundarySegments(data: FieldData): Float32Array {
  const { width, height, domain } = data.request;
  const { outputs, classes } = data;
  const sStep = (domain.sMax - domain.sMin) / width;
  const tStep = (domain.tMax - domain.tMin) / height;
  const outputWidth = outputs.length / (width * height);
  const segments: number[] = [];
  const append = (from: readonly number[], to: readonly number[]): void => {
    segments.push(domain.sMin + from[0] * sStep, domain.tMin + from[1] * tStep);
    segments.push(domain.sMin + to[0] * sStep, domain.tMin + to[1] * tStep);
  };
  const advantage = (pixel: number, a: number, b: number): number => {
    if (outputWidth === 1) return outputs[pixel];
    return outputs[pixel * outputWidth + a] - outputs[pixel * outputWidth + b];
  };
  for (let y = 0; y <= height; y++) {
    const [low, high] = [Math.max(y, 1) - 1, Math.min(y, height - 1)].map((row) => row * width);
    const [bottom, top] = [Math.max(y - 0.5, 0), Math.min(y + 0.5, height)];
    for (let x = 0; x <= width; x++) {
      const [left, right] = [Math.max(x, 1) - 1, Math.min(x, width - 1)];
      // Around the cell, from the lower left corner.
      const pixels = [low + left, low + right, high + right, high + left];
      if (pixels.every((pixel) => classes[pixel] === classes[pixels[0]])) continue;
      if (!pixels.every((pixel) => hasOutput(data, pixel))) continue;
      const [near, far] = [Math.max(x - 0.5, 0), Math.min(x + 0.5, width)];
      const corners = [
        [near, bottom],
        [far, bottom],
        [far, top],
        [near, top],
      ];
      const found: number[][] = [];
      for (let i = 0; i < 4; i++) {
        const [p, q] = [pixels[i], pixels[(i + 1) % 4]];
        const [from, to] = [corners[i], corners[(i + 1) % 4]];
        if (classes[p] === classes[q]) continue;
        const [dp, dq] = [p, q].map((pixel) => advantage(pixel, classes[p], classes[q]));
        const part = dp / (dp - dq);
        found.push(from.map((value, axis) => value + part * (to[axis] - value)));
      }
      if (found.length === 2) append(found[0], found[1]);
      else {
        const mean = [0, 1].map((k) => found.reduce((sum, at) => sum + at[k], 0) / found.length);
        for (const at of found) append(at, mean);
      }
    }
  }
  return Float32Array.from(segments);
}

/** Whether the outputs of a pixel or point are numbers: where they left the range of float32, all of them are 0. */
export function hasOutput(
  { statuses, outputs }: Pick<FieldData, 'statuses' | 'outputs'>,
  pixel: number,
): boolean {
  const outputWidth = outputs.length / statuses.length;
  return statuses[pixel] !== Status.overflow || outputs[pixel * outputWidth] !== 0;
}
