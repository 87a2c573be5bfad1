import { Purpose, RandomStream } from '../math/random.ts';

/** Directions on a grid of pixels; row 0 is the lowest. */
export interface DirectionGrid {
  readonly width: number;
  readonly height: number;
  /** (ds, dt) of any length and sign, [height][width][2]; 0 where there is none. */
  readonly directions: ArrayLike<number>;
  /** Pixels per unit of t over pixels per unit of s. */
  readonly aspect: number;
}

export interface StreakOptions {
  /** Steps to either side. */
  readonly reach: number;
  /** Length of a step and width of a cell of the noise, in pixels; a whole number. */
  readonly grain: number;
}

/** As in kernels/convolution.wgsl. */
const NOISE_SIDE = 128;
const CONTRAST = 4;
const NOISE_SEED = 1;

/** Uniform noise on [0, 1), [NOISE_SIDE][NOISE_SIDE]: the same numbers each time. */
export function createStreakNoise(): Float32Array {
  const stream = new RandomStream(NOISE_SEED, Purpose.noise);
  return Float32Array.from({ length: NOISE_SIDE * NOISE_SIDE }, () => stream.uniform());
}

/**
 * Noise smeared along the directions of a grid (line integral convolution): for each pixel
 *
 *   ½ + z/4, cut off at 0 and 1,      z = Σ_k w_k (noise(x_k) − ½) / √(Σ_k w_k²/12),  w_k = 1 − (k/(reach + 1))²
 *
 * along the line x_0 = pixel centre, x_{k±1} = x_k ± grain · d(x_k), which ends at the edge and at pixels
 * without a direction; those are ½ themselves. z has variance 1 for any number of steps. A direction is an
 * axis: its sign does not count.
 *
 * Source: Cabral & Leedom, Imaging vector fields using line integral convolution, SIGGRAPH 1993.
 */
export function convolveNoise(
  grid: DirectionGrid,
  noise: Float32Array,
  options: StreakOptions,
): Float32Array {
  const { width, height } = grid;
  return Float32Array.from({ length: width * height }, (_, pixel) =>
    streakAt(grid, noise, options, pixel),
  );
}

/** The same of one pixel. */
export function streakAt(
  grid: DirectionGrid,
  noise: Float32Array,
  options: StreakOptions,
  pixel: number,
): number {
  if (!axisAt(grid, pixel)) return 0.5;
  const { width } = grid;
  const { reach, grain } = options;
  const noiseAt = (x: number, y: number): number => {
    const [column, row] = [x, y].map((place) => Math.floor(place / grain) % NOISE_SIDE);
    return noise[row * NOISE_SIDE + column] - 0.5;
  };
  let [sum, squares] = [noiseAt(pixel % width, Math.floor(pixel / width)), 1];
  for (const sign of [1, -1]) {
    streamline(grid, pixel, sign, options).forEach(([x, y], index) => {
      const weight = 1 - ((index + 1) / (reach + 1)) ** 2;
      sum += weight * noiseAt(Math.floor(x), Math.floor(y));
      squares += weight * weight;
    });
  }
  const value = 0.5 + sum / (CONTRAST * Math.sqrt(squares / 12));
  return Math.min(Math.max(value, 0), 1);
}

/** Places x_1, x_2, … of the line from a pixel's centre, in pixels, to one side. */
export function streamline(
  grid: DirectionGrid,
  pixel: number,
  sign: number,
  { reach, grain }: StreakOptions,
): [x: number, y: number][] {
  const { width, height } = grid;
  let [x, y] = [(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5];
  let [headX, headY] = axisAt(grid, pixel)!.map((part) => sign * part);
  const places: [number, number][] = [];
  while (places.length < reach) {
    [x, y] = [x + grain * headX, y + grain * headY];
    if (x < 0 || y < 0 || x >= width || y >= height) break;
    const axis = axisAt(grid, Math.floor(y) * width + Math.floor(x));
    if (!axis) break;
    places.push([x, y]);
    const turn = axis[0] * headX + axis[1] * headY >= 0 ? 1 : -1;
    [headX, headY] = [turn * axis[0], turn * axis[1]];
  }
  return places;
}

/** Unit vector in pixels; null where there is none. */
function axisAt(
  { directions, aspect }: DirectionGrid,
  pixel: number,
): [x: number, y: number] | null {
  const [x, y] = [directions[2 * pixel], directions[2 * pixel + 1] * aspect];
  const length = Math.sqrt(x * x + y * y);
  return length > 0 ? [x / length, y / length] : null;
}
