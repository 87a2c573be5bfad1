import { assert } from '../errors.ts';

/*
 * A font of single strokes for the labels of pictures that are made without a canvas: what legends need.
 *
 * A glyph is a list of strokes, a stroke a list of points x,y: x to the right, y up from the baseline; small
 * letters are 4 high, digits 6. After `~` the points control a smooth curve that starts at the first and
 * ends at the last (a quadratic B-spline), after `o` a closed one.
 */
const BOWL = 'o0,0 3.4,0 3.4,4 0,4';
const ARCH = '~0,2 0,4 3.4,4.4 3.4,2|3.4,2 3.4,0';
const MINUS = '0.4,3 3.6,3';

const GLYPHS: Readonly<Record<string, string>> = {
  '0': 'o0,0 4,0 4,6 0,6',
  '1': '0.5,4.8 2,6 2,0|0.5,0 3.5,0',
  '2': '~0.1,4.5 0.1,6 4,6.3 4,3.4 0,0|0,0 4,0',
  '3': '~0.1,5.2 0.8,6 4,6.2 4,3.3 1.5,3.3|~1.5,3.3 4,3.3 4,-0.2 0.6,0 0,0.9',
  '4': '3,0 3,6 0,1.9 4,1.9',
  '5': '3.7,6 0.5,6 0.2,3.3|~0.2,3.3 1,4 4,4.2 4,-0.2 0.8,-0.2 0,0.9',
  '6': 'o0,0 4,0 4,3.8 0,3.8|~3.5,6 1.5,5.6 0,4 0,1.9',
  '7': '0,6 4,6 1.4,0',
  '8': 'o0.3,3.2 3.7,3.2 3.7,6 0.3,6|o0,0 4,0 4,3.2 0,3.2',
  '9': 'o0,2.2 4,2.2 4,6 0,6|~4,4.1 4,2 2.5,0.4 0.5,0',
  '.': '0.3,0 0.3,0',
  ' ': '0,0 1.6,0',
  '-': MINUS,
  '−': MINUS,
  '–': MINUS,
  '+': `${MINUS}|2,1.4 2,4.6`,
  '=': '0.4,2 3.6,2|0.4,4 3.6,4',
  '°': 'o0,4.2 1.8,4.2 1.8,6 0,6',
  '·': '0.3,2.4 0.3,2.4',
  λ: '~0.3,6 1.2,6 1.5,5 3,0.2 3.9,0|1.8,3.7 0,0',
  Λ: '0,0 2,6 4,0',
  a: `${BOWL}|3.4,4 3.4,0`,
  b: `${BOWL}|0,6 0,0`,
  c: '~3.3,3.2 2.7,4 0,4.2 0,-0.2 2.7,0 3.3,0.8',
  d: `${BOWL}|3.4,6 3.4,0`,
  e: '0.1,2.1 3.4,2.1|~3.4,2.1 3.4,4.2 0,4.2 0,-0.2 2.6,-0.1 3.2,0.8',
  f: '~2.6,5.8 1,6.4 1,4.4|1,4.4 1,0|0,4 2.4,4',
  g: `${BOWL}|~3.4,4 3.4,-2 0.6,-2.2 0.1,-1.2`,
  h: `0,6 0,0|${ARCH}`,
  i: '0,4 0,0|0,5.7 0,5.7',
  j: '1,4 1,-1|~1,-1 1,-2 0,-2|1,5.7 1,5.7',
  k: '0,6 0,0|3,4 0,1.6|1.2,2.5 3.2,0',
  l: '0,6 0,0',
  m: '0,4 0,0|~0,2 0,4 2.4,4.4 2.4,2.2|2.4,2.2 2.4,0|~2.4,2 2.4,4 4.8,4.4 4.8,2.2|4.8,2.2 4.8,0',
  n: `0,4 0,0|${ARCH}`,
  o: BOWL,
  p: `${BOWL}|0,4 0,-2`,
  q: `${BOWL}|3.4,4 3.4,-2`,
  r: '0,4 0,0|~0,2 0.2,3.9 2.2,4',
  s: '~3.1,3.3 2.6,4 0,4.3 0,2.2 3.2,2 3.2,-0.3 0.6,-0.1 0,0.8',
  t: '1,5.4 1,1.2|~1,1.2 1,0 2.4,0|0,4 2.4,4',
  u: '0,4 0,2|~0,2 0,-0.4 3.4,0 3.4,2|3.4,4 3.4,0',
  v: '0,4 1.6,0 3.2,4',
  w: '0,4 1.1,0 2.2,4 3.3,0 4.4,4',
  x: '0,4 3,0|3,4 0,0',
  y: '0,4 1.7,0|3.4,4 1,-2',
  z: '0,4 3,4 0,0 3,0',
};

/** Small digits below the line: size and place relative to the large ones. */
const SUBSCRIPT = { factor: 0.6, shift: -1.2 };
const SUBSCRIPT_ZERO = '₀'.codePointAt(0)!;

/** Room between two glyphs. */
const GAP = 1.5;

/** Height of digits in units of the font. */
export const DIGIT_HEIGHT = 6;
/** Width of a stroke. */
export const STROKE_WIDTH = 0.85;

/** A text as strokes: x from 0 to `width`, y up from the baseline. */
export interface TextStrokes {
  /** [count][4]: x0, y0, x1, y1 */
  readonly segments: readonly number[];
  readonly width: number;
}

/** The strokes of a text of the characters that the font has. */
export function textStrokes(text: string): TextStrokes {
  const segments: number[] = [];
  let left = 0;
  for (const character of text) {
    const { segments: own, width } = glyph(character);
    for (let i = 0; i < own.length; i += 2) segments.push(left + own[i], own[i + 1]);
    left += width + GAP;
  }
  return { segments, width: Math.max(0, left - GAP) };
}

function glyph(character: string): TextStrokes {
  const digit = character.codePointAt(0)! - SUBSCRIPT_ZERO;
  if (digit >= 0 && digit <= 9) {
    const { factor, shift } = SUBSCRIPT;
    const { segments, width } = glyph(String(digit));
    const moved = segments.map((value, i) => factor * value + (i % 2 === 1 ? shift : 0));
    return { segments: moved, width: factor * width };
  }
  assert(Object.hasOwn(GLYPHS, character), `no glyph for ${JSON.stringify(character)}`);
  const strokes = GLYPHS[character].split('|').map(readStroke);
  const width = Math.max(...strokes.flat().map(([x]) => x));
  if (character === ' ') return { segments: [], width };
  const segments = strokes.flatMap((points) =>
    points.slice(1).flatMap((point, i) => [...points[i], ...point]),
  );
  return { segments, width };
}

type Point = readonly [x: number, y: number];

function readStroke(text: string): Point[] {
  const isClosed = text.startsWith('o');
  const isSmooth = isClosed || text.startsWith('~');
  const points = (isSmooth ? text.slice(1) : text)
    .split(' ')
    .map((pair) => pair.split(',').map(Number) as unknown as Point);
  if (!isSmooth) return points;
  const curve = [0, 1, 2].reduce((found) => cutCorners(found, isClosed), points);
  return isClosed ? [...curve, curve[0]] : curve;
}

/** Chaikin's corner cutting: again and again, it leads to a quadratic B-spline. */
function cutCorners(points: readonly Point[], isClosed: boolean): Point[] {
  const mix = (a: Point, b: Point): Point => [0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]];
  const ends = isClosed ? [...points, points[0]] : points;
  const cut = ends.slice(1).flatMap((b, i) => [mix(ends[i], b), mix(b, ends[i])]);
  return isClosed ? cut : [points[0], ...cut.slice(1, -1), points.at(-1)!];
}
