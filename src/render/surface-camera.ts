import { mat4, vec3, vec4 } from 'wgpu-matrix';
import type { Domain } from '../model/plane.ts';
import { HOME_POSE, type Pose } from './style.ts';

/*
 * The world of a surface: the plane about the origin, x along s, y along t, its longer side 2 long; z up.
 */

/** Vertical angle that the camera sees, radians: small, so that far and near have much the same scale. */
const FIELD_OF_VIEW = (28 * Math.PI) / 180;
/** Part of the canvas, from its middle, that the surface fits into at distance 1; labels need the rest. */
const FILLED = { right: 0.9, up: 0.86 };
/** Azimuths that the fit is for, so that a surface which turns keeps its size. */
const FITTED_AZIMUTHS = Array.from({ length: 12 }, (_, i) => (i * Math.PI) / 12);
/** As in shaders/render/surface.wgsl: height of the floor, in parts of the range of the colours. */
export const FLOOR = -0.05;
/** What is looked at, likewise. */
const TARGET_HEIGHT = 0;

/** A place in the world. */
export type Point = readonly [x: number, y: number, z: number];

/** A camera over a field. */
export interface Camera {
  /** World to clip coordinates, column by column. */
  readonly matrix: Float32Array;
  readonly eye: Point;
  /** How much of the world the canvas is high, where the eye looks. */
  readonly height: number;
  /** Half of the plane's sides in the world. */
  readonly half: readonly [x: number, y: number];
  /** Unit vector towards the light, which comes from the upper left of who looks. */
  readonly light: Point;
}

/**
 * The camera of a pose.
 *
 * @param aspect - width of the canvas divided by its height.
 */
export function createCamera(pose: Pose, domain: Domain, relief: number, aspect: number): Camera {
  const half = halfSides(domain);
  const [azimuth, elevation] = [pose.azimuth, pose.elevation].map((a) => (a * Math.PI) / 180);
  const target: Point = [2 * pose.target[0], 2 * pose.target[1], 2 * relief * TARGET_HEIGHT];
  const distance = pose.distance * fitDistance(half, relief, aspect);
  const eye = eyeAt(target, azimuth, elevation, distance);
  const reach = Math.hypot(...half, 2 * relief) + Math.hypot(target[0], target[1]);
  const near = Math.max(distance - reach, 0.02);
  const projection = mat4.perspective(FIELD_OF_VIEW, aspect, near, distance + reach);
  // Straight from above, the map's top is up.
  const up: Point = [
    -Math.sin(azimuth) * Math.sin(elevation),
    Math.cos(azimuth) * Math.sin(elevation),
    Math.cos(elevation),
  ];
  const view = mat4.lookAt([...eye], [...target], [...up]);
  return {
    matrix: mat4.multiply(projection, view),
    eye,
    height: 2 * distance * Math.tan(FIELD_OF_VIEW / 2),
    half,
    light: lightAt(azimuth),
  };
}

/** Canvas parts, from its left and its top, of a place in the world; null behind the eye. */
export function project({ matrix }: Camera, [x, y, z]: Point): [x: number, y: number] | null {
  const [clipX, clipY, , w] = vec4.transformMat4([x, y, z, 1], matrix);
  return w > 1e-3 ? [0.5 + (0.5 * clipX) / w, 0.5 - (0.5 * clipY) / w] : null;
}

/** Half of a plane's sides in the world. */
function halfSides({ sMin, tMin, sMax, tMax }: Domain): [x: number, y: number] {
  const [width, height] = [sMax - sMin, tMax - tMin];
  const longer = Math.max(width, height);
  return [width / longer, height / longer];
}

function eyeAt(target: Point, azimuth: number, elevation: number, distance: number): Point {
  const reach = distance * Math.cos(elevation);
  return [
    target[0] + reach * Math.sin(azimuth),
    target[1] - reach * Math.cos(azimuth),
    target[2] + distance * Math.sin(elevation),
  ];
}

/** Towards the light: 50° above the plane, from the left behind what is looked at. */
function lightAt(azimuth: number): Point {
  const light = [-0.62, 0.44, 0.9];
  const [cos, sin] = [Math.cos(azimuth), Math.sin(azimuth)];
  const turned = [light[0] * cos - light[1] * sin, light[0] * sin + light[1] * cos, light[2]];
  const [x, y, z] = vec3.normalize(turned);
  return [x, y, z];
}

/** The distance at which the box of a surface fits the canvas from all sides, at the height of home. */
function fitDistance([x, y]: readonly [number, number], relief: number, aspect: number): number {
  const elevation = (HOME_POSE.elevation * Math.PI) / 180;
  const target: Point = [0, 0, 2 * relief * TARGET_HEIGHT];
  const tangent = Math.tan(FIELD_OF_VIEW / 2);
  let farthest = 0;
  for (const azimuth of FITTED_AZIMUTHS) {
    const back = eyeAt([0, 0, 0], azimuth, elevation, 1);
    const right: Point = [Math.cos(azimuth), Math.sin(azimuth), 0];
    const up = vec3.cross([...back], [...right]);
    for (let corner = 0; corner < 8; corner++) {
      const place = [
        corner & 1 ? x : -x,
        corner & 2 ? y : -y,
        (corner & 4 ? 2 * relief : 0) - target[2],
      ];
      // Before the eye at distance d lies d − nearness; across it may lie as much of that as the angle allows.
      const nearness = vec3.dot(place, [...back]);
      const wide = Math.abs(vec3.dot(place, [...right])) / (FILLED.right * aspect);
      const high = Math.abs(vec3.dot(place, up)) / FILLED.up;
      farthest = Math.max(farthest, nearness + Math.max(wide, high) / tangent);
    }
  }
  return farthest;
}
