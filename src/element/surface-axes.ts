import type { Domain } from '../model/plane.ts';
import { scaleTicks } from '../render/legend.ts';
import type { Rgb } from '../render/palette.ts';
import type { SurfaceLook } from '../render/style.ts';
import { createCamera, FLOOR, project, type Camera, type Point } from '../render/surface-camera.ts';

/** CSS pixels, seen from above: from the edge outward. */
const REACH = { tick: 9, label: 27, title: 60 };
/** CSS pixels. */
const TEXT = { size: 12, halo: 3, line: 1 };
const TICK_COUNT = 4;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** An edge of the floor: a place at a part of it, some way outward. */
type Edge = (part: number, outward: number) => Point;

/**
 * Draws ticks, numbers and names along the two edges of a surface's floor that are nearest to who looks.
 *
 * @param look - `ink` is the colour of the text.
 * @param names - of the two axes.
 * @param pixelRatio - canvas pixels per CSS pixel.
 */
export function drawSurfaceAxes(
  context: Context,
  look: SurfaceLook & { readonly ink: Rgb },
  domain: Domain,
  names: readonly [s: string, t: string],
  pixelRatio: number,
): void {
  const { width, height } = context.canvas;
  const camera = createCamera(look.pose, domain, look.relief, width / height);
  const [ink, halo] = [look.ink, look.background].map(css);
  context.font = `${TEXT.size * pixelRatio}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const toCanvas = (point: Point): [number, number] | null => {
    const place = project(camera, point);
    return place && [place[0] * width, place[1] * height];
  };
  const write = (text: string, point: Point): void => {
    const place = toCanvas(point);
    if (!place) return;
    context.strokeStyle = halo;
    context.lineWidth = TEXT.halo * pixelRatio;
    context.strokeText(text, ...place);
    context.fillStyle = ink;
    context.fillText(text, ...place);
  };
  const unit = (camera.height / height) * pixelRatio;
  const [edgeS, edgeT] = nearEdges(camera, 2 * look.relief * FLOOR);
  for (const [edge, low, high, name] of [
    [edgeS, domain.sMin, domain.sMax, names[0]],
    [edgeT, domain.tMin, domain.tMax, names[1]],
  ] as const) {
    for (const { at, label } of scaleTicks([low, high], TICK_COUNT)) {
      const [from, to] = [toCanvas(edge(at, 0)), toCanvas(edge(at, unit * REACH.tick))];
      if (!from || !to) continue;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.strokeStyle = ink;
      context.lineWidth = TEXT.line * pixelRatio;
      context.stroke();
      write(label, edge(at, unit * REACH.label));
    }
    write(name, edge(0.5, unit * REACH.title));
  }
}

/** The edges along s and along t that are nearer to the eye. */
function nearEdges({ half, eye }: Camera, floor: number): [s: Edge, t: Edge] {
  const [x, y] = half;
  const [sideX, sideY] = [Math.sign(eye[0]) || -1, Math.sign(eye[1]) || -1];
  return [
    (part, outward) => [(2 * part - 1) * x, sideY * (y + outward), floor],
    (part, outward) => [sideX * (x + outward), (2 * part - 1) * y, floor],
  ];
}

function css(color: Rgb): string {
  return `rgb(${color.map((part) => Math.round(255 * part)).join(' ')})`;
}
