import type { Command } from 'commander';
import type { PointsRequest } from '../../engine/engine.ts';
import { checkPointsRequest } from '../../engine/field-checks.ts';
import { countOf } from '../../errors.ts';
import { parametersValue } from '../../files/parameters.ts';
import {
  asUsage,
  chooseLayer,
  refuseUnused,
  UsageError,
  wholeNumber,
  type LayerName,
} from '../arguments.ts';
import { packNetwork } from '../jobs/job.ts';
import { addLayerOptions } from '../field-options.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
  type NetworkOptions,
} from '../options.ts';
import {
  addPlaneOptions,
  choosePlane,
  PLANE_CHOICES,
  type PlaneOptions,
} from '../plane-options.ts';
import { createPointsFile } from '../points-file.ts';
import { openRows, partRows } from '../rows.ts';
import type { RunOptions } from '../session.ts';
import { showExtent, showSeconds } from '../wording.ts';

interface Options extends NetworkOptions, PlaneOptions, RunOptions {
  readonly layer?: LayerName;
  readonly full?: boolean;
  readonly exponents: number;
  readonly directions?: boolean;
  readonly out: string;
}

export function addPointsCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(program, 'points', 'exponents at the rows of a data set', [
    'net.onnx --inputs x.npy --full --exponents 2 --out lambda.npy',
    'net.safetensors --inputs data.npz:inputs --full --directions --out points.npz',
    'net.json --inputs x.csv --plane-axes 0,1 --out points.csv',
  ]);
  addNetworkOptions(command);
  addPlaneOptions(command, 'points to look at: ');
  addLayerOptions(command);
  command
    .addOption(valueOption('--exponents <k>', 'how many: λ₁ to λ_k', wholeNumber(1, 4096), '1'))
    .option('--directions', 'with the stretching direction of λ₁ (.npz, .csv)')
    .requiredOption(
      '--out <file>',
      'lambda.npy: [points][k], λ per layer; points.npz: all arrays; points.csv: a row a point',
    );
  addBackendOption(command).action(async (path: string, options: Options) => {
    const { inputs, out, directions = false } = options;
    if (inputs === undefined)
      throw new UsageError('--inputs is missing: x.npy, x.npz:name or x.csv');
    if (options.full) {
      refuseUnused(options, PLANE_CHOICES, 'has no effect with --full: all inputs are in no plane');
    }
    const session = startSession('points', options, signal);
    const { network, origin } = await loadFromOptions(path, options, session);
    const request: PointsRequest = {
      layer: chooseLayer(options.layer ?? 'last', network),
      space: options.full ? 'full' : (await choosePlane(network, options, session.reporter)).plane,
      exponentCount: options.exponents,
      directions,
    };
    const { span } = asUsage(() => checkPointsRequest(network, request));
    const rows = await openRows(inputs, network.inputWidth);
    try {
      const { count } = rows;
      const parameters = {
        ...origin,
        points: describeRequest(request, span, inputs, count),
      };
      const file = await createPointsFile(out, network, request, span, count, parameters);
      try {
        let done = 0;
        const partLength = partRows(network.inputWidth, options.backend);
        const run = await session.run(
          options.backend,
          'points',
          { network: packNetwork(network), request },
          {
            give: () => rows.read(partLength),
            async take(part) {
              await file.take(part, done);
              done += part.statuses.length;
            },
            fraction: () => done / count,
          },
        );
        await file.finish();
        const { backend, description, seconds, result } = run;
        const rate = count / seconds;
        session.print(
          {
            out,
            ...file.description,
            count,
            backend,
            device: description,
            seconds,
            pointsPerSecond: rate,
            lambda1: result.exponents,
            parameters: parametersValue(parameters),
          },
          [
            `${out}: ${countOf(count, 'point')}, ${showExtent(result.exponents, 'point')}`,
            `${backend} (${description}), ${showSeconds(seconds)}, ${Math.round(rate)} points/s`,
          ],
        );
      } finally {
        await file.discard();
      }
    } finally {
      await rows.close();
    }
  });
}

function describeRequest(
  { layer, space, exponentCount }: PointsRequest,
  span: number,
  inputs: string,
  count: number,
) {
  return {
    inputs,
    count,
    layer,
    space:
      space === 'full' ? space : { origin: [...space.origin], u: [...space.u], v: [...space.v] },
    exponentCount,
    span,
  };
}
