import { DataError } from '../errors.ts';
import { Purpose, RandomStream } from '../math/random.ts';
import { checkSeed } from './arrays.ts';
import { DIGIT_COUNT, DIGIT_SIDE, PIXEL_COUNT, type DigitImages } from './digits.ts';

/*
 * Digits drawn with a pen: lines of our own, bent, slanted, turned, stretched and thickened at random. Nothing is
 * loaded, and only +, −, ·, / and √ are used, so that a seed gives the same images everywhere.
 */

/** A place in the box of a digit: x to the right, y down, both −1 to 1. */
type Place = readonly [x: number, y: number];

/** A curve through places; straight from place to place where `straight`. */
interface Stroke {
  readonly places: readonly Place[];
  readonly straight?: boolean;
}

const curve = (...places: Place[]): Stroke => ({ places });
const line = (...places: Place[]): Stroke => ({ places, straight: true });

const LOOP = [
  [0.1, -1],
  [-0.5, -0.75],
  [-0.68, 0],
  [-0.5, 0.75],
  [0, 1],
  [0.5, 0.75],
  [0.68, 0],
  [0.5, -0.75],
  [0.1, -1],
] as const;

/** Ways to write each digit, which are equally likely. */
const GLYPHS: readonly (readonly (readonly Stroke[])[])[] = [
  [[curve(...LOOP)]],
  [[line([0.05, -1], [-0.05, 1])], [line([-0.35, -0.6], [0.1, -1], [0.1, 1])]],
  [
    [
      curve([-0.6, -0.55], [-0.2, -0.98], [0.45, -0.75], [0.4, -0.15], [-0.2, 0.5], [-0.65, 0.95]),
      line([-0.65, 0.95], [0.7, 0.92]),
    ],
    [
      curve(
        [-0.55, -0.6],
        [0, -1],
        [0.5, -0.6],
        [0.2, 0.1],
        [-0.4, 0.75],
        [-0.65, 0.7],
        [-0.45, 0.5],
        [0, 0.75],
        [0.7, 0.9],
      ),
    ],
  ],
  [
    [
      curve([-0.55, -0.8], [0, -1], [0.48, -0.6], [0.1, -0.1], [-0.15, -0.05]),
      curve([-0.15, -0.05], [0.45, 0.15], [0.5, 0.7], [0, 1], [-0.6, 0.8]),
    ],
  ],
  [
    [line([-0.4, -0.95], [-0.6, 0.05], [0.6, 0]), line([0.45, -0.9], [0.3, 1])],
    [line([0.35, 1], [0.35, -1], [-0.65, 0.3], [0.65, 0.3])],
  ],
  [
    [
      line([0.6, -0.95], [-0.35, -0.95], [-0.45, -0.15]),
      curve([-0.45, -0.15], [0.1, -0.3], [0.55, 0.15], [0.4, 0.75], [-0.1, 1], [-0.6, 0.8]),
    ],
  ],
  [
    [
      curve(
        [0.4, -0.98],
        [-0.25, -0.5],
        [-0.55, 0.3],
        [-0.3, 0.9],
        [0.25, 0.95],
        [0.52, 0.5],
        [0.2, 0.08],
        [-0.25, 0.2],
        [-0.5, 0.5],
      ),
    ],
  ],
  [
    [line([-0.6, -0.9], [0.6, -0.92], [-0.1, 1])],
    [line([-0.6, -0.9], [0.6, -0.92], [-0.1, 1]), line([-0.25, 0.05], [0.5, 0])],
  ],
  [
    [
      curve(
        [0.45, -0.75],
        [-0.05, -1],
        [-0.5, -0.65],
        [-0.1, -0.15],
        [0.45, 0.35],
        [0.4, 0.85],
        [-0.05, 1],
        [-0.48, 0.8],
        [-0.42, 0.3],
        [0.1, -0.15],
        [0.5, -0.55],
        [0.45, -0.75],
      ),
    ],
  ],
  [
    [
      curve(
        [0.45, -0.6],
        [0.05, -0.98],
        [-0.45, -0.65],
        [-0.35, -0.15],
        [0.1, -0.05],
        [0.45, -0.45],
        [0.47, -0.6],
      ),
      line([0.46, -0.6], [0.25, 1]),
    ],
    [
      curve(
        [0.42, -0.7],
        [0, -1],
        [-0.48, -0.6],
        [-0.25, -0.1],
        [0.25, -0.2],
        [0.45, -0.65],
        [0.45, 0.2],
        [0.2, 0.85],
        [-0.4, 0.9],
      ),
    ],
  ],
];

/** How much is left to chance; lengths in units of the box, of which one is 9 pixels. */
const JITTER = { place: 0.07, turn: 0.16, slant: 0.25, stretch: 0.16, shift: 0.16 } as const;
const UNIT = 9;
/** Radius of the pen, pixels. */
const PEN = { least: 0.7, most: 1.6 } as const;

/** Straight parts of a curve between two of its places. */
const PARTS = 4;

export interface StrokeDigitsOptions {
  /** A whole number, 0 by default. */
  readonly seed?: number;
  /** Images for training and for testing; each digit as often as the others. */
  readonly trainCount: number;
  readonly testCount: number;
}

/** Digits drawn at random. */
export function createStrokeDigits({
  seed = 0,
  trainCount,
  testCount,
}: StrokeDigitsOptions): DigitImages {
  checkSeed(seed);
  for (const [name, value] of Object.entries({ trainCount, testCount })) {
    if (!Number.isInteger(value) || value < 1 || value > 1e6) {
      throw new DataError(`${name} is ${value}, but must be a whole number from 1 to 1000000`);
    }
  }
  const count = trainCount + testCount;
  const pixels = new Uint8Array(count * PIXEL_COUNT);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % DIGIT_COUNT);
  labels.forEach((label, i) => {
    const stream = new RandomStream(seed, Purpose.points, i);
    drawDigit(label, stream, pixels.subarray(i * PIXEL_COUNT, (i + 1) * PIXEL_COUNT));
  });
  return { name: 'strokes', trainCount, pixels, labels };
}

function drawDigit(label: number, stream: RandomStream, pixels: Uint8Array): void {
  /** Uniform on ±size. */
  const about = (size: number): number => size * (2 * stream.uniform() - 1);
  const ways = GLYPHS[label];
  const glyph = ways[Math.floor(stream.uniform() * ways.length)];
  const move = createMove(about);
  const radius = PEN.least + (PEN.most - PEN.least) * stream.uniform();
  // Squared distance of every pixel's centre from the nearest line.
  const squares = new Float64Array(PIXEL_COUNT).fill(Infinity);
  for (const { places, straight } of glyph) {
    const bent = places.map(([x, y]): Place => {
      return move([x + about(JITTER.place), y + about(JITTER.place)]);
    });
    const points = straight ? bent : smooth(bent);
    for (let k = 0; k + 1 < points.length; k++) approach(squares, points[k], points[k + 1]);
  }
  squares.forEach((square, i) => {
    const ink = Math.max(0, Math.min(1, radius + 0.5 - Math.sqrt(square)));
    pixels[i] = Math.round(255 * ink);
  });
}

/** From the box to pixels: stretched, slanted, turned and shifted. */
function createMove(about: (size: number) => number): (place: Place) => Place {
  // cos and sin of an angle of about 2·half.
  const half = about(JITTER.turn) / 2;
  const [cos, sin] = [(1 - half ** 2) / (1 + half ** 2), (2 * half) / (1 + half ** 2)];
  const [wide, high] = [1 + about(JITTER.stretch), 1 + about(JITTER.stretch)];
  const slant = about(JITTER.slant);
  const [right, down] = [about(JITTER.shift), about(JITTER.shift)];
  const middle = DIGIT_SIDE / 2;
  return ([x, y]) => {
    const [a, b] = [wide * (x - slant * y), high * y];
    return [
      middle + UNIT * (cos * a - sin * b + right),
      middle + UNIT * (sin * a + cos * b + down),
    ];
  };
}

/** Points of the Catmull–Rom curve through places. */
function smooth(places: readonly Place[]): Place[] {
  const at = (k: number): Place => places[Math.max(0, Math.min(places.length - 1, k))];
  const points: Place[] = [places[0]];
  for (let k = 0; k + 1 < places.length; k++) {
    const [p, q, r, s] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    for (let part = 1; part <= PARTS; part++) {
      const t = part / PARTS;
      const value = (axis: 0 | 1): number =>
        0.5 *
        (2 * q[axis] +
          t * (r[axis] - p[axis]) +
          t * t * (2 * p[axis] - 5 * q[axis] + 4 * r[axis] - s[axis]) +
          t * t * t * (3 * q[axis] - p[axis] - 3 * r[axis] + s[axis]));
      points.push([value(0), value(1)]);
    }
  }
  return points;
}

/** Lowers squared distances of pixel centres to those from the straight line between two points. */
function approach(squares: Float64Array, [x0, y0]: Place, [x1, y1]: Place): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy;
  const reach = PEN.most + 1;
  const bound = (value: number): number => Math.max(0, Math.min(DIGIT_SIDE, value));
  const [top, bottom] = [
    bound(Math.floor(Math.min(y0, y1) - reach)),
    bound(Math.ceil(Math.max(y0, y1) + reach)),
  ];
  const [left, right] = [
    bound(Math.floor(Math.min(x0, x1) - reach)),
    bound(Math.ceil(Math.max(x0, x1) + reach)),
  ];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [px, py] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = square > 0 ? Math.max(0, Math.min(1, (px * dx + py * dy) / square)) : 0;
      const [ox, oy] = [px - along * dx, py - along * dy];
      const i = row * DIGIT_SIDE + column;
      squares[i] = Math.min(squares[i], ox * ox + oy * oy);
    }
  }
}
