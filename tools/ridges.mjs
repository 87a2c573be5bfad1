// ridges.mjs: how well ridges are found, and how they lie to decision boundaries, as tables
//
//   npm run ridges -- [--train] [--json]
//
//   --train   trains the networks of test/fixtures/trained anew first; takes minutes
//   --json    rows as JSON on stdout instead of the tables, and docs/ridges.md is left as it is
//
// Runs in Node, in float64: no browser and no GPU. Writes docs/ridges.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { writeMarkdown } from './markdown.mjs';

/** @typedef {typeof import('../test/bench/ridges.ts')} Bench */
/** @typedef {import('../test/bench/ridges.ts').RidgeRow} Row */
/** @typedef {import('../test/bench/ridges.ts').RidgeErrors} Errors */

const ROOT = resolve(import.meta.dirname, '..');
const FIXTURES = join(ROOT, 'test/fixtures/trained');
const REPORT = join(ROOT, 'docs/ridges.md');
const SIDES = [32, 64, 128, 256];
const SMOOTHINGS = [0.5, 1, 2, 4];
const USAGE = 'npm run ridges -- [--train] [--json]';

function readOptions() {
  try {
    const flag = /** @type {const} */ ({ type: 'boolean', default: false });
    return parseArgs({ options: { train: flag, json: flag } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    process.exit(2);
  }
}

/** @param {number | null} value */
const short = (value) => {
  if (value === null || Number.isNaN(value)) return '–';
  return value >= 0.1 ? value.toPrecision(2) : value.toExponential(1);
};

/**
 * @param {number | null} value
 * @param {number} digits
 */
const fixed = (value, digits) => (value === null ? '–' : value.toFixed(digits));

/** @param {string[][]} lines - the head first */
const asTable = ([head, ...lines]) =>
  [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');

/** @typedef {{ name: string, side: number, smoothing: number, curves: Errors, live: Errors }} PositionRow */

/**
 * @param {Bench} bench
 * @returns {PositionRow[]}
 */
function measurePositions(bench) {
  return bench.RIDGE_FIELDS.flatMap((field) =>
    SIDES.flatMap((side) =>
      SMOOTHINGS.map((smoothing) => ({
        name: field.name,
        side,
        smoothing,
        curves: bench.measureRidges(field, side, smoothing, 'curves'),
        live: bench.measureRidges(field, side, smoothing, 'live'),
      })),
    ),
  );
}

/** @param {PositionRow[]} rows */
function positionTable(rows) {
  return asTable([
    [
      'ridge',
      'pixels',
      'σ',
      'inside',
      'worst',
      'live',
      'at the edge',
      'live',
      'length',
      'sharpness',
    ],
    ...rows.map(({ name, side, smoothing, curves, live }) => [
      name,
      `${side}²`,
      String(smoothing),
      short(curves.inside),
      short(curves.worstInside),
      short(live.inside),
      short(curves.atEdge),
      short(live.atEdge),
      `${(100 * (1 + curves.excess)).toFixed(1)} %`,
      fixed(curves.sharpnessRatio, 3),
    ]),
  ]);
}

/** @param {{ name: string, row: Row }[]} rows */
function networkTable(rows) {
  return asTable([
    [
      'network',
      'ridges, closed',
      'ridge length',
      'boundary length',
      'mean distance',
      'boundary to ridge',
      'Hausdorff',
      'angle (°)',
      'longest: radius',
      'off the circle',
      'polished',
      'moved (pixels)',
      'residual',
    ],
    ...rows.map(({ name, row }) => {
      const isCircle = name.startsWith('circle');
      return [
        name,
        `${row.ridgeCount}, ${row.closedCount}`,
        fixed(row.ridgeLength, 2),
        fixed(row.boundaryLength, 2),
        fixed(row.ridgeToBoundary?.mean ?? null, 4),
        fixed(row.boundaryToRidge?.mean ?? null, 4),
        fixed(row.hausdorff, 3),
        fixed(row.angleDegrees, 2),
        isCircle ? fixed(row.radius, 4) : '–',
        isCircle ? `${(100 * row.radiusError).toFixed(2)} %` : '–',
        `${row.polishedCount} of ${row.pointCount}`,
        fixed(row.moved, 2),
        short(row.residual),
      ];
    }),
  ]);
}

/**
 * @param {string} positions
 * @param {string} networks
 */
const asReport = (positions, networks) => `# Ridges

Written by \`npm run ridges\`, in float64 on the CPU.

## Where ridges are found

Fields over [−1, 1]² with Gaussian walls of deviation 0.1 along known curves (1.6 pixels at 32², 12.8 at 256²),
ridge points above half of their height.

- inside, worst: root of the mean square and largest distance to the true curve, in pixels, of points whose
  window of 4 σ lies in the field; at the edge: root of the mean square of the others
- live: the same of central differences of the smoothed field with weights renormalised at edges, which is what is
  drawn live on the GPU; the other columns are of Gaussian derivatives by surfaces that are fitted by least squares
- length: of what is found, as a part of the true length; sharpness: −nᵀHn, as a part of the true one, mean inside
- –: nothing is found, or nothing is known

A wall of radius r moves by σ²/2r pixels to its steeper side, and sharpness falls by (1 + σ²/w²)^−3/2: that is the
smoothing, not the method, and polishing removes both. Beyond it, fitted surfaces are as good as central differences
or better inside, without noise; at edges, from σ = 1 and 64² on, lines are found six to a hundred times more
precisely, since weights that are renormalised bend what meets an edge. So the curves use them. Live, the blur of one value is what a frame can
afford. (Live there is no least length either: what is pixels away at the foot of the ellipse is such a piece.)

${positions}

## What is linked to what

Each point belongs to one curve, and curves do not branch. Where ridges meet or come near each other, with walls of
deviation w (test/unit/ridge-curves.test.ts):

- a stem that meets a bar of equal height, the larger of both: by default the bar is whole, and the stem ends a few
  pixels before it. With σ = 1 pixel at 160² the curve goes from the stem into one half of the bar, and the
  other half is a second curve; where heights add up, the bar is whole either way
- two rings whose centre lines are 3 w apart or more: two closed curves. At 5/3 w, nearer than twice their width, the field
  has one wall in between, which both rings bend to: one ring has it and is closed, the other ends beside it. Neither
  crosses to the other side, with defaults as with σ = 1 pixel
- hysteresis (\`low\`, \`high\`) and the least length are of linked curves; ridges that are drawn live are segments above one
  threshold (\`ridge-threshold\`)

## Trained networks

Circle of Storm et al. and two spirals, trained by \`node tools/ridges.mjs --train\`; last hidden layer, 256² pixels over
[−1.8, 1.8]², defaults of \`findRidgeCurves\`, polished on the continuous field. Lengths and distances in units of the
inputs, means over the length of the curves.

- mean distance: ridges to boundary; Hausdorff: the largest of both ways
- angle: between maximal stretching direction and ridge normal
- longest: mean radius of the longest ridge, and its mean distance to the circle, as parts of the circle's radius
- polished: points that ended on the ridge of the continuous field; moved: how far, root of the mean square;
  residual: largest |∇λ·n| / −nᵀHn that is left, a distance in units of the inputs (float32 resolves 1e-7 here)

${networks}

With depth 2 there is no ridge round the circle, with depth 4 it is closed but lies inside the boundary; from
depth 8 on it is the boundary, within 1 % of the radius. Ridges that are not along the boundary make the
Hausdorff distance.
`;

const options = readOptions();
const server = await createServer({
  root: ROOT,
  configFile: join(ROOT, 'vite.config.ts'),
  logLevel: 'error',
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
});
try {
  const bench = /** @type {Bench} */ (await server.ssrLoadModule('/test/bench/ridges.ts'));
  const fileOf = (/** @type {Bench['TRAINED_CASES'][number]} */ item) =>
    join(FIXTURES, `${bench.trainedName(item)}.json`);
  if (options.train) {
    mkdirSync(FIXTURES, { recursive: true });
    for (const item of bench.TRAINED_CASES) {
      console.error(`training ${bench.trainedName(item)}`);
      writeFileSync(fileOf(item), await bench.trainCase(item));
    }
  }
  const positions = measurePositions(bench);
  /** @type {{ name: string, row: Row }[]} */
  const networks = [];
  for (const item of bench.TRAINED_CASES) {
    const name = `${item.dataset} ${item.architecture}`;
    console.error(`ridges of ${name}`);
    const { network } = bench.parseNetworkJson(readFileSync(fileOf(item), 'utf8'));
    networks.push({ name, row: await bench.measureNetwork(network) });
  }
  if (options.json) {
    console.log(JSON.stringify({ positions, networks }, null, 2));
  } else {
    const tables = [positionTable(positions), networkTable(networks)];
    console.log(tables.join('\n\n'));
    await writeMarkdown(REPORT, asReport(tables[0], tables[1]));
  }
} finally {
  await server.close();
}
