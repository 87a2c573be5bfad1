import type { Command } from 'commander';
import { findBoundaryCurves } from '../../curves/boundary.ts';
import type { Curve } from '../../curves/curve.ts';
import { polishRidges } from '../../curves/polish.ts';
import { findRidgeCurves } from '../../curves/ridge-curves.ts';
import { LEAST_SMOOTHING, type RidgeLevel } from '../../curves/ridge-levels.ts';
import {
  curvesToGeoJson,
  curvesToSvg,
  reportRidges,
  type RidgeReport,
} from '../../curves/writing.ts';
import type { FieldData } from '../../engine/engine.ts';
import { allocateRows, setBand } from '../../engine/field-bands.ts';
import { MOST_SMOOTHING } from '../../engine/ridge-limits.ts';
import { describeField, describeNetwork, parametersValue } from '../../files/parameters.ts';
import { numberAbove, readEnding, readLevel, UsageError } from '../arguments.ts';
import { FIELD_ARRAYS, type FieldPart } from '../jobs/field.ts';
import { packNetwork } from '../jobs/job.ts';
import { addFieldOptions, chooseField, type FieldOptions } from '../field-options.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
} from '../options.ts';
import { checkPlace, writeOutput } from '../output.ts';
import type { RunOptions } from '../session.ts';
import { showAngle, showNumber, showSeconds } from '../wording.ts';

interface Options extends FieldOptions, RunOptions {
  readonly smoothing?: number;
  readonly low?: RidgeLevel;
  readonly high?: RidgeLevel;
  readonly sharpness?: number;
  readonly minimumLength?: number;
  readonly polish?: boolean;
  readonly out?: string;
}

const ENDINGS = ['json', 'geojson', 'svg'] as const;

export function addRidgesCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(
    program,
    'ridges',
    'ridges of the exponent and the decision boundary, as curves',
    [
      'net.safetensors --json',
      'net.safetensors --size 1024x1024 --polish --out ridges.json',
      'net.onnx --low 60% --high 95% --minimum-length 0.5 --out ridges.svg',
    ],
  );
  addNetworkOptions(command);
  addFieldOptions(command);
  command
    .addOption(
      valueOption(
        '--smoothing <pixels>',
        `scale of the derivatives, ${LEAST_SMOOTHING} to ${MOST_SMOOTHING} (a 170th of the side, 0.8 to 4)`,
        numberAbove(LEAST_SMOOTHING, true, MOST_SMOOTHING),
      ),
    )
    .addOption(
      valueOption(
        '--low <level>',
        'least λ of a ridge: a value, a percentile such as 60%, or auto',
        readLevel,
      ),
    )
    .addOption(valueOption('--high <level>', 'λ that a ridge has at least at one point', readLevel))
    .addOption(
      valueOption(
        '--sharpness <number>',
        'least −nᵀHn, part of the range of λ per squared twentieth of the side (0.1)',
        numberAbove(0, true),
      ),
    )
    .addOption(
      valueOption(
        '--minimum-length <number>',
        'shorter curves are left out (a twentieth of the side)',
        numberAbove(0, true),
      ),
    )
    .option(
      '--polish',
      'move points onto the ridges of the continuous field, in float64; of each the report tells whether it was moved (polished) and |∇λ·n| (residuals)',
    )
    .option(
      '--out <file>',
      'ridges.json: what --json prints; ridges.geojson; ridges.svg: the curves alone',
    );
  addBackendOption(command).action((path: string, options: Options) =>
    findRidges(path, options, signal),
  );
}

async function findRidges(path: string, options: Options, signal: AbortSignal): Promise<void> {
  const { out, backend } = options;
  const ending = out === undefined ? null : readEnding(out, ENDINGS);
  checkLevels(options);
  if (out !== undefined) await checkPlace(out);
  const session = startSession('ridges', options, signal);
  const { network } = await loadFromOptions(path, options, session);
  const { request, span } = await chooseField(network, options, session);
  const data: FieldData = allocateRows(network, request, span, request.height);
  const run = await session.run(
    backend,
    'field',
    { network: packNetwork(network), request, arrays: FIELD_ARRAYS },
    {
      async take(part) {
        setBand(data, { ...(part as Required<FieldPart>), request, span });
      },
    },
  );
  const found = findRidgeCurves(data, options);
  const ridges = options.polish
    ? await polishRidges(network, data, found, {
        signal,
        onProgress: (fraction) => session.reporter.progress({ fraction }),
      })
    : found;
  const boundary = findBoundaryCurves(data);
  const report = {
    ...reportRidges(data, ridges, boundary),
    parameters: parametersValue({
      network: describeNetwork(network, path),
      field: describeField({ request, span }),
    }),
  };
  if (out !== undefined) {
    await writeOutput(
      out,
      {
        json: () => `${JSON.stringify(report)}\n`,
        geojson: () => `${JSON.stringify(curvesToGeoJson(ridges, boundary))}\n`,
        svg: () => curvesToSvg(ridges, boundary, request),
      }[ending!](),
    );
  }
  const { description, seconds } = run;
  session.print({ ...(out && { out }), backend, device: description, seconds, ...report }, [
    ...(out === undefined ? [] : [out]),
    `ridges: ${describeCurves(ridges)}, length ${showNumber(report.ridgeLength)}`,
    `boundary: ${describeCurves(boundary)}, length ${showNumber(report.boundaryLength)}`,
    `distance: mean ${showNumber(report.distance.mean)}, Hausdorff ${showNumber(report.distance.hausdorff)}`,
    `angle of stretching to ridge normals: ${showAngle(report.angleDegrees)}`,
    ...describePolish(options, report),
    `${backend} (${description}), ${showSeconds(seconds)}`,
  ]);
}

/** @throws UsageError if the lower level is above the higher one, as far as that is known before the field is. */
function checkLevels({ low, high }: Options): void {
  const valueOf = (level?: RidgeLevel) => (typeof level === 'object' ? level.percentile : level);
  const [least, strong] = [low, high].map(valueOf);
  if (typeof low !== typeof high || typeof least !== 'number' || least <= Number(strong)) return;
  const sign = typeof low === 'object' ? '%' : '';
  throw new UsageError(`--low is ${least}${sign}, but must not be above --high, ${strong}${sign}`);
}

function describeCurves(curves: readonly Curve[]): string {
  const closedCount = curves.filter(({ closed }) => closed).length;
  return `${curves.length} curve${curves.length === 1 ? '' : 's'}, ${closedCount} closed`;
}

function describePolish(options: Options, { ridges }: RidgeReport): string[] {
  if (!options.polish) return [];
  const flags = ridges.flatMap(({ polished = [] }) => polished);
  const count = flags.filter(Boolean).length;
  return [`polished: ${count} of ${flags.length} points`];
}
