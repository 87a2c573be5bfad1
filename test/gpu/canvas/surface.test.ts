// Plan: surfaces of synthetic fields, each pixel looked up where the camera projects its place in space. A level field
// has the colours of the map exactly, from everywhere; a tilted plane those colours times the light that its normal
// gets; the height of a place is the part of the colours' range, cut off above and below. A bump hides the sample behind
// it. Ridge and boundary are drawn at the height of the ground. Gaps show the floor, walls hang from the edge.
// Turned, moved and nearer cameras against arithmetic. A field of more pixels than mesh vertices. What could
// not be loaded is asked for again. Controls: the same pixels without line, sample or bump differ; painting the map
// again gives what it gave before.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Status, type Field } from '../../../src/engine/engine.ts';
import { Scope } from '../../../src/gpu/scope.ts';
import type { Domain } from '../../../src/model/plane.ts';
import { FieldOverlay } from '../../../src/render/field-overlay.ts';
import { createGpuPainter } from '../../../src/render/gpu-painter.ts';
import { colorTable, tableColor, type Rgb } from '../../../src/render/palette.ts';
import {
  HOME_POSE,
  type Painter,
  type PaintStyle,
  type Pose,
  type SurfaceLook,
} from '../../../src/render/style.ts';
import {
  createCamera,
  project,
  type Camera,
  type Point,
} from '../../../src/render/surface-camera.ts';
import { SurfacePainter } from '../../../src/render/surface-painter.ts';
import { compare } from '../../support/compare.ts';
import { getTestDevice } from '../../support/device.ts';
import {
  createFieldData,
  createGpuField,
  createRidges,
  type PixelValues,
} from '../../support/synthetic-field.ts';
import { PLAIN } from '../../support/paint-style.ts';

const SIZE = { width: 240, height: 180 };
const domain: Domain = { sMin: -2, tMin: -1, sMax: 2, tMax: 1 };
const ABOVE: Pose = { azimuth: 0, elevation: 90, distance: 1, target: [0, 0] };

const LOOK: SurfaceLook = {
  pose: HOME_POSE,
  relief: 0.25,
  background: [1, 1, 1],
  ground: [0.2, 0.8, 0.2],
};

const VIRIDIS: PaintStyle = { ...PLAIN, colormap: 'viridis', range: [0, 1] };

interface Easel {
  readonly painter: Painter;
  readonly scope: Scope;
  readonly canvas: OffscreenCanvas;
}

const easels: Easel[] = [];
afterEach(() => {
  for (const { painter, scope } of easels.splice(0)) {
    painter.dispose();
    scope.dispose();
    expect(scope.size).toBe(0);
  }
});

async function createEasel(): Promise<Easel> {
  const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
  const scope = new Scope(await getTestDevice(), 'ftle-map/test/surface');
  const format = navigator.gpu.getPreferredCanvasFormat();
  const painter = await createGpuPainter(scope.device, canvas, format);
  await painter.prepare({ directions: null, regions: false, surface: LOOK });
  const easel = { painter, scope, canvas };
  easels.push(easel);
  return easel;
}

const fieldOf = (
  { scope }: Easel,
  valuesAt: (s: number, t: number) => PixelValues,
  size = { width: 64, height: 32 },
): Field => createGpuField(scope, createFieldData(size, domain, valuesAt));

/** Paints the field, as a surface unless `look` is null. */
function paint(
  { painter, scope, canvas }: Easel,
  field: Field,
  look: Partial<SurfaceLook> | null,
  style: Partial<PaintStyle> = {},
  segments?: Float32Array,
): ImageData {
  const ridges = segments ? createRidges(scope, field, segments, 'vertices') : null;
  const surface = look && { ...LOOK, ...look };
  painter.paint(field, ridges, { ...VIRIDIS, ...style, surface }, domain);
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function cameraOf(look: Partial<SurfaceLook> = {}): Camera {
  const { pose, relief } = { ...LOOK, ...look };
  return createCamera(pose, domain, relief, SIZE.width / SIZE.height);
}

/** A place of the plane at a height in the world: the longer side, from −2 to 2, is 2 long there. */
function worldAt(s: number, t: number, height: number, relief = LOOK.relief): Point {
  return [s / 2, t / 2, 2 * relief * height];
}

function pixelAt(image: ImageData, camera: Camera, point: Point): number[] {
  const [x, y] = project(camera, point)!;
  const [column, row] = [Math.floor(x * image.width), Math.floor(y * image.height)];
  expect(column >= 0 && row >= 0 && column < image.width && row < image.height).toBe(true);
  return [...image.data.subarray(4 * (row * image.width + column)).subarray(0, 3)];
}

const table = colorTable('viridis');
/** What the map shows for a value of the range 0 to 1, in levels. */
const mapColor = (value: number): number[] => tableColor(table, value).map((part) => 255 * part);

/** The light of render/surface.wgsl, by its definition. */
function lightOn(camera: Camera, normal: Point): number {
  const length = Math.hypot(...normal);
  const cosine = normal.reduce((sum, part, i) => sum + (part / length) * camera.light[i], 0);
  return Math.min(Math.max(1 + 0.8 * (cosine - camera.light[2]), 0.4), 1.25);
}

const litColor = (color: readonly number[], light: number): number[] =>
  color.map((part) => (light > 1 ? part + (light - 1) * (255 - part) : part * light));

/** A level has half a level of rounding; a place in the table eight bits, which may move it by an entry: two levels. */
const LEVELS = 3;

function expectColor(name: string, actual: readonly number[], wanted: readonly number[]): void {
  compare({ label: name, actual, expected: wanted, tolerance: () => LEVELS });
}

const isDark = (color: readonly number[]): boolean => Math.max(...color) < 70;

function countDifferent(a: ImageData, b: ImageData): number {
  const [first, second] = [a, b].map(({ data }) => new Uint32Array(data.buffer));
  return first.reduce((count, pixel, i) => count + Number(pixel !== second[i]), 0);
}

describe('surface', () => {
  it.each<[string, Pose]>([
    ['from home', HOME_POSE],
    ['from above', ABOVE],
    [
      'from the north-east, near, aside',
      { azimuth: 135, elevation: 30, distance: 0.7, target: [0.1, -0.1] },
    ],
  ])('of a level field has the colours of the map, %s', async (name, pose) => {
    const easel = await createEasel();
    const field = fieldOf(easel, () => ({ exponent: 0.6 }));
    const image = paint(easel, field, { pose });
    const camera = cameraOf({ pose });
    for (const [s, t] of [
      [0, 0],
      [0.5, 0.2],
      [-0.5, -0.4],
    ]) {
      expectColor(
        `level ${name} ${s},${t}`,
        pixelAt(image, camera, worldAt(s, t, 0.6)),
        mapColor(0.6),
      );
    }
  });

  it('seen from above fills what the camera says, and no more', async () => {
    const easel = await createEasel();
    const field = fieldOf(easel, () => ({ exponent: 0 }));
    const image = paint(easel, field, { pose: ABOVE });
    const camera = cameraOf({ pose: ABOVE });
    expectColor('inside', pixelAt(image, camera, worldAt(1.95, 0.95, 0)), mapColor(0));
    expectColor('outside', pixelAt(image, camera, worldAt(2.08, 0.95, 0)), [255, 255, 255]);
    // y points up, and the map is not mirrored.
    const [left, right] = [worldAt(-1, 0, 0), worldAt(1, 0, 0)].map((p) => project(camera, p)![0]);
    const [low, high] = [worldAt(0, -1, 0), worldAt(0, 1, 0)].map((p) => project(camera, p)![1]);
    expect(left).toBeLessThan(right);
    expect(high).toBeLessThan(low);
  });

  it.each([-35, 0, 90, 200])(
    'of a tilted plane is lit by its normal, azimuth %d',
    async (azimuth) => {
      const easel = await createEasel();
      const look = { pose: { ...HOME_POSE, azimuth, elevation: 60 } };
      const camera = cameraOf(look);
      // Height 0.5 + s/5 + t/4: in the world relief/5 per 1/2 along x, and relief/4 per 1/2 along y, times two.
      const field = fieldOf(easel, (s, t) => ({ exponent: 0.5 + s / 5 + t / 4 }));
      const image = paint(easel, field, look);
      const normal: Point = [(-4 * LOOK.relief) / 5, (-4 * LOOK.relief) / 4, 1];
      const light = lightOn(camera, normal);
      expect(Math.abs(light - 1)).toBeGreaterThan(0.02);
      for (const [s, t] of [
        [0, 0],
        [0.8, 0.3],
        [-0.6, 0.5],
      ]) {
        const value = 0.5 + s / 5 + t / 4;
        const color = pixelAt(image, camera, worldAt(s, t, value));
        expectColor(`tilted ${azimuth}° ${s},${t}`, color, litColor(mapColor(value), light));
      }
    },
  );

  it('cuts heights off at the floor and half a range above the colours', async () => {
    const easel = await createEasel();
    const look = { pose: { ...HOME_POSE, distance: 1.6 } };
    for (const [value, height] of [
      [-7, 0],
      [1.3, 1.3],
      [9, 1.5],
    ]) {
      const image = paint(
        easel,
        fieldOf(easel, () => ({ exponent: value })),
        look,
      );
      const camera = cameraOf(look);
      // The edge of the level ground towards the eye: above it the ground, below it the wall.
      const above = pixelAt(image, camera, worldAt(0, -0.93, height));
      const below = pixelAt(image, camera, worldAt(0, -1, height - 0.2));
      expectColor(`height of ${value}`, above, mapColor(value));
      // Walls are green, the ends of the table and the background are not.
      const isGreen = below[1] > 2 * Math.max(below[0], below[2]);
      expect(isGreen, `wall below ${value}`).toBe(height > 0);
    }
  });

  it('of a bump hides what lies behind it', async () => {
    const easel = await createEasel();
    const look = { pose: { ...HOME_POSE, azimuth: 0, elevation: 22 } };
    const samples = { points: Float32Array.of(0, 0.55), classes: [1], count: 1 };
    const bump = fieldOf(easel, (s, t) => ({ exponent: 1.4 * Math.exp(-6 * (s * s + t * t)) }));
    const level = fieldOf(easel, () => ({ exponent: 0 }));
    expect(countDifferent(paint(easel, bump, look), paint(easel, bump, look, { samples }))).toBe(0);
    expect(
      countDifferent(paint(easel, level, look), paint(easel, level, look, { samples })),
    ).toBeGreaterThan(5);
    const front = { ...samples, points: Float32Array.of(0, -0.55) };
    expect(
      countDifferent(paint(easel, bump, look), paint(easel, bump, look, { samples: front })),
    ).toBeGreaterThan(5);
  });

  it('has ridges and boundary at the height of the ground', async () => {
    const easel = await createEasel();
    // A roof with its crest along the middles of pixels, on which the output changes its sign.
    const top = 9 / 32;
    const roof = (t: number): number => 1 - 0.8 * Math.abs(t - top);
    const field = fieldOf(easel, (_, t) => ({ exponent: roof(t), outputs: [t - top] }));
    const segments = Float32Array.of(-1, top, 1, top);
    const camera = cameraOf();
    const crest = worldAt(0.1, top, roof(top));
    const foot = worldAt(0.1, top, 0);
    const bare = paint(easel, field, {});
    const ridged = paint(easel, field, {}, { ridges: true }, segments);
    expect(isDark(pixelAt(bare, camera, crest))).toBe(false);
    expect(isDark(pixelAt(ridged, camera, crest))).toBe(true);
    expect(pixelAt(ridged, camera, foot)).toEqual(pixelAt(bare, camera, foot));
    const bounded = paint(easel, field, {}, { boundary: true });
    expect(isDark(pixelAt(bounded, camera, worldAt(-1.5, top, roof(top))))).toBe(true);
    expect(countDifferent(bounded, bare)).toBeGreaterThan(100);
    // Those of another field are not its.
    expect(countDifferent(paint(easel, field, {}, {}, segments), bare)).toBe(0);
  });

  it('shows the floor through gaps, and −∞ at the floor', async () => {
    const easel = await createEasel();
    const inGap = (s: number, t: number): boolean => Math.hypot(s - 0.5, t) < 0.4;
    const inPit = (s: number, t: number): boolean => Math.hypot(s + 0.8, t) < 0.4;
    const field = fieldOf(easel, (s, t) => ({
      exponent: inPit(s, t) ? -Infinity : 0.5,
      status: inGap(s, t) ? Status.overflow : inPit(s, t) ? Status.collapsed : Status.good,
    }));
    const look = { pose: ABOVE };
    const image = paint(easel, field, look);
    const camera = cameraOf(look);
    const green: Rgb = LOOK.ground;
    expectColor(
      'gap',
      pixelAt(image, camera, worldAt(0.5, 0, 0)),
      green.map((part) => 255 * part),
    );
    const pit = pixelAt(image, camera, worldAt(-0.8, 0, 0));
    expect(pit[0], 'hatched as on the map').toBe(pit[1]);
    expect(pit[0]).toBe(pit[2]);
    expectColor('beside', pixelAt(image, camera, worldAt(1.4, 0.6, 0.5)), mapColor(0.5));
  });

  it.each([
    ['second-exponent', { secondExponent: 0.9 }],
    ['output', { outputs: [0.9] }],
  ] as const)('of %s has its heights', async (quantity, values) => {
    const easel = await createEasel();
    const image = paint(
      easel,
      fieldOf(easel, () => values),
      {},
      { quantity },
    );
    const camera = cameraOf();
    expectColor(quantity, pixelAt(image, camera, worldAt(0, 0.93, 0.9)), mapColor(0.9));
    // The far edge hides nothing: just above it is the background.
    expectColor('beyond', pixelAt(image, camera, worldAt(0, 1, 1.05)), [255, 255, 255]);
  });

  it('of a field with more pixels than vertices has the same shape', async () => {
    const easel = await createEasel();
    const values = (s: number, t: number): PixelValues => ({
      exponent: 0.5 + 0.2 * Math.sin(2 * s + t),
    });
    const coarse = paint(easel, fieldOf(easel, values, { width: 160, height: 80 }), {});
    const fine = paint(easel, fieldOf(easel, values, { width: 600, height: 300 }), {});
    let worst = 0;
    coarse.data.forEach((level, i) => (worst = Math.max(worst, Math.abs(level - fine.data[i]))));
    let sum = 0;
    coarse.data.forEach((level, i) => (sum += Math.abs(level - fine.data[i])));
    // Only pixels of the silhouette differ by much.
    expect(sum / coarse.data.length).toBeLessThan(0.5);
    expect(worst).toBeGreaterThan(0);
  });

  it('leaves the map as it was', async () => {
    const easel = await createEasel();
    const field = fieldOf(easel, (s) => ({ exponent: 0.5 + s / 5 }));
    const before = paint(easel, field, null);
    const surface = paint(easel, field, {});
    expect(countDifferent(before, surface)).toBeGreaterThan(1000);
    expect(countDifferent(before, paint(easel, field, null))).toBe(0);
    expect(countDifferent(surface, paint(easel, field, {}))).toBe(0);
  });

  it.each([
    ['surface', SurfacePainter, { surface: LOOK, regions: false }],
    ['regions', FieldOverlay, { surface: null, regions: true }],
  ] as const)('that could not be opened as %s is tried again', async (_, part, needs) => {
    const scope = new Scope(await getTestDevice(), 'ftle-map/test/surface');
    const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
    const format = navigator.gpu.getPreferredCanvasFormat();
    const painter = await createGpuPainter(scope.device, canvas, format);
    easels.push({ painter, scope, canvas });
    const create = vi.spyOn(part, 'create').mockRejectedValueOnce(new Error('not loaded'));
    const prepare = (): Promise<void> => painter.prepare({ ...needs, directions: null });
    await expect(Promise.allSettled([prepare(), prepare()])).resolves.toMatchObject([
      { reason: { message: 'not loaded' } },
      { reason: { message: 'not loaded' } },
    ]);
    await prepare();
    await prepare();
    expect(create).toHaveBeenCalledTimes(2);
    create.mockRestore();
  });
});
