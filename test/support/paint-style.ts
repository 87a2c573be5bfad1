import type { PaintStyle } from '../../src/render/painter.ts';

/** The map alone, nothing drawn over it. */
export const PLAIN: PaintStyle = {
  quantity: 'exponent',
  colormap: 'diverging',
  range: [-1, 1],
  scale: 1,
  outputIndex: 0,
  ridges: false,
  directions: null,
  regions: false,
  boundary: false,
  samples: null,
  pixelRatio: 1,
  ink: [0, 0, 0],
};
