import type { Command } from 'commander';
import { countOf } from '../../errors.ts';
import { layerPlace } from '../../model/layer-choice.ts';
import type { Network } from '../../model/network.ts';
import { pixelCentre, planePoint, type Domain, type Plane } from '../../model/plane.ts';
import { parametersValue } from '../../files/parameters.ts';
import { asUsage, chooseLayer, refuseUnused, wholeNumber } from '../arguments.ts';
import { packNetwork } from '../jobs/job.ts';
import {
  addDomainOption,
  addLayerOptions,
  addSizeOption,
  DEFAULT_DOMAIN,
  type FieldOptions,
} from '../field-options.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
} from '../options.ts';
import { addPlaneOptions, choosePlane, PLANE_CHOICES } from '../plane-options.ts';
import type { Size } from '../arguments.ts';
import { openRows, partRows, type RowSource } from '../rows.ts';
import type { RunOptions } from '../session.ts';
import { showAngle, showNumber, showSeconds } from '../wording.ts';

interface Options extends FieldOptions, RunOptions {
  readonly count?: number;
}

const MOST_ROWS = 2000;
const GRID: Size = { width: 50, height: 50 };

export function addAccuracyCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(
    program,
    'accuracy',
    'how far the exponents of a network are from float64',
    ['net.onnx', 'net.safetensors --inputs x.npy --full --count 200 --json'],
  );
  addNetworkOptions(command);
  addPlaneOptions(command, 'points to look at, instead of a grid: ');
  addDomainOption(command);
  addSizeOption(command, GRID);
  addLayerOptions(command);
  command.addOption(
    valueOption(
      '--count <n>',
      `rows of --inputs to look at, at most (${MOST_ROWS})`,
      wholeNumber(1),
    ),
  );
  addBackendOption(command).action(async (path: string, options: Options) => {
    checkOptions(options);
    const session = startSession('accuracy', options, signal);
    const { network, origin } = await loadFromOptions(path, options, session);
    const { plane, domain } = await choosePlane(network, options, session.reporter);
    const layer = chooseLayer(options.layer ?? 'last', network);
    asUsage(() => layerPlace(network, layer));
    const space = options.full ? 'full' : plane;
    const { inputs, size = GRID } = options;
    const rows =
      inputs === undefined
        ? gridRows(plane, options.domain ?? domain ?? DEFAULT_DOMAIN, size)
        : await openRows(inputs, network.inputWidth);
    const total =
      inputs === undefined ? rows.count : Math.min(options.count ?? MOST_ROWS, rows.count);
    let given = 0;
    try {
      const { backend, description, seconds, result } = await session.run(
        options.backend,
        'accuracy',
        { network: packNetwork(network), layer, space, count: total },
        {
          async give() {
            const wanted = Math.min(partRows(network.inputWidth, options.backend), total - given);
            given += wanted;
            return wanted > 0 ? rows.read(wanted) : null;
          },
        },
      );
      await rows.verify();
      const { pointCount, worst, median, worstAngle, medianAngle, directionCount } = result;
      const parameters = parametersValue(origin);
      session.print(
        {
          points: inputs ?? describeGrid(size),
          space: space === 'full' ? 'full' : 'plane',
          layer,
          ...result,
          backend,
          device: description,
          seconds,
          parameters,
        },
        [
          `|l·λ₁ − float64| at ${countOf(pointCount, 'point')}: worst ${showNumber(worst)}, median ${showNumber(median)}`,
          `angle of directions at ${countOf(directionCount, 'point')}: worst ${showAngle(worstAngle)}, median ${showAngle(medianAngle)}`,
          ...(result.statusMismatches > 0
            ? [`another status at ${countOf(result.statusMismatches, 'point')}`]
            : []),
          `${backend} (${description}), ${showSeconds(seconds)}`,
        ],
      );
    } finally {
      await rows.close();
    }
  });
}

/** @throws UsageError if an option has no effect: points are those of a grid, or rows of a file. */
function checkOptions(options: Options): void {
  if (options.inputs === undefined) {
    refuseUnused(options, ['count'], 'has no effect without --inputs, whose rows it counts');
    return;
  }
  const why = 'has no effect with --inputs, whose rows are the points instead of a grid';
  refuseUnused(options, ['size', 'domain'], why);
  if (options.full) {
    refuseUnused(
      options,
      PLANE_CHOICES,
      'has no effect with --inputs and --full: no plane is used',
    );
  }
}

const describeGrid = ({ width, height }: Size): string => `grid ${width}x${height}`;

/** The pixel centres of a grid, as float32. */
function gridRows(plane: Plane, domain: Domain, { width, height }: Size): RowSource {
  const inputWidth: Network['inputWidth'] = plane.origin.length;
  let done = 0;
  return {
    name: 'grid',
    count: width * height,
    async read(rowCount) {
      const rows = Math.min(rowCount, width * height - done);
      if (rows <= 0) return null;
      const points = new Float32Array(rows * inputWidth);
      for (let i = 0; i < rows; i++, done++) {
        const row = Math.floor(done / width);
        const [s, t] = pixelCentre(domain, width, height, done - row * width, row);
        points.set(planePoint(plane, s, t), i * inputWidth);
      }
      return points;
    },
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
