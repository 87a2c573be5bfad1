import type { Command } from 'commander';
import { checkAttack, checkStarts } from '../../engine/attack-checks.ts';
import type { AttackRequest, Loss } from '../../engine/engine.ts';
import { countOf, DataError } from '../../errors.ts';
import {
  parametersValue,
  writeParameters,
  type AttackRecord,
  type MapParameters,
} from '../../files/parameters.ts';
import type { Network } from '../../model/network.ts';
import { asUsage, numberAbove, oneOf, readNumbers, UsageError, wholeNumber } from '../arguments.ts';
import { createNpzSink, type ArrayPlan } from '../array-files.ts';
import type { AttackedPart } from '../jobs/attack.ts';
import { packNetwork } from '../jobs/job.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
  type NetworkOptions,
} from '../options.ts';
import { openRows, partRows, type RowSource } from '../rows.ts';
import type { RunOptions } from '../session.ts';
import { showNumber, showSeconds } from '../wording.ts';

interface Options extends NetworkOptions, RunOptions {
  readonly inputs: string;
  readonly classes?: string;
  readonly towards?: number;
  readonly norm: AttackRequest['norm'];
  readonly radius: number;
  readonly steps: number;
  readonly stepSize?: number;
  readonly bounds?: readonly number[];
  readonly loss?: Loss;
  readonly out: string;
}

export function addAttackCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(program, 'attack', 'inputs moved so that their class changes', [
    'net.onnx --inputs x.npy --norm linf --radius 0.1 --steps 1 --out moved.npz',
    'net.onnx --inputs x.npy --classes y.npy --radius 2 --bounds 0,1 --out moved.npz',
    'net.onnx --inputs x.npy --towards 4 --radius 3 --steps 50 --out moved.npz',
  ]);
  addNetworkOptions(command);
  command
    .requiredOption('--inputs <file>', 'rows of inputs: x.npy, x.npz:name or x.csv')
    .option('--classes <file>', 'class of each row (what the network takes it for)');
  const length = numberAbove(0, false);
  const options = [
    valueOption('--towards <class>', 'class to reach (any other than its own)', wholeNumber(0)),
    valueOption(
      '--norm <name>',
      'of the distance: l2 or linf',
      oneOf(['l2', 'linf'] as const),
      'l2',
    ),
    valueOption('--radius <r>', 'largest distance', length),
    valueOption('--steps <n>', 'of gradient; 1 step in linf is FGSM', wholeNumber(1, 1000), '20'),
    valueOption('--step-size <α>', 'length of a step (2.5 · radius / steps)', length),
    valueOption('--bounds <low,high>', 'least and largest value of an input', readNumbers),
    valueOption(
      '--loss <name>',
      'squared or cross-entropy (squared for one output)',
      oneOf(['squared', 'cross-entropy'] as const),
    ),
  ];
  for (const option of options) {
    command.addOption(option.long === '--radius' ? option.makeOptionMandatory() : option);
  }
  command.requiredOption(
    '--out <file>',
    'moved.npz: points, outputs, classes, and before, the classes where they started',
  );
  addBackendOption(command).action((path: string, given: Options) => attack(path, given, signal));
}

async function attack(path: string, given: Options, signal: AbortSignal): Promise<void> {
  const { inputs, classes, out, backend, towards = null } = given;
  if (!/\.npz$/i.test(out)) {
    throw new UsageError(`--out is ${out}, but must end in .npz, which holds several arrays`);
  }
  const session = startSession('attack', given, signal);
  const { network, origin } = await loadFromOptions(path, given, session);
  const request = requestOf(network, given);
  const none = new Float32Array(0);
  const { step } = asUsage(() => checkAttack(network, none, none, request));
  const rows = await openRows(inputs, network.inputWidth);
  let labels: RowSource | null = null;
  try {
    const { count } = rows;
    labels = classes === undefined ? null : await openClasses(classes, count);
    const own = labels;
    const parameters: MapParameters = {
      ...origin,
      attack: describeAttack(given, request, step.stepSize, count),
    };
    const texts = { parameters: writeParameters(parameters) };
    const file = await createNpzSink(out, planArrays(network, count), texts);
    try {
      let [read, done] = [0, 0];
      const length = partRows(network.inputWidth, backend);
      const parcel = { network: packNetwork(network), request, goal: towards };
      const run = await session.run(backend, 'attack', parcel, {
        async give() {
          const part = await readPart(rows, own, length, network);
          if (!part) return null;
          const { points } = part;
          // Here too, since the job does not know the rows of the file.
          if (request.bounds) {
            const first = read;
            checkStarts(points, network.inputWidth, request.bounds, (row, column) => {
              return `${rows.name}, row ${first + row}, column ${column}`;
            });
          }
          read += points.length / network.inputWidth;
          return part;
        },
        async take({ points, outputs, classes: after, before }) {
          await file.append('points', points);
          await file.append('outputs', outputs);
          await file.append('classes', after);
          await file.append('before', before);
          done += after.length;
        },
        fraction: () => done / count,
      });
      await file.finish();
      const { result, description, seconds } = run;
      const { successCount, stillCount, meanDistance } = result;
      const successRate = successCount / count;
      const goal = towards === null ? 'changed class' : `became class ${towards}`;
      session.print(
        {
          out,
          backend,
          device: description,
          seconds,
          ...result,
          successRate,
          parameters: parametersValue(parameters),
        },
        [
          `${out}: ${successCount} of ${count} points ${goal}, mean distance ${showNumber(meanDistance)}`,
          ...describeStill(stillCount),
          `${backend} (${description}), ${showSeconds(seconds)}`,
        ],
      );
    } finally {
      await file.discard();
    }
  } finally {
    await labels?.close();
    await rows.close();
  }
}

function requestOf(network: Network, given: Options): AttackRequest {
  const { norm, radius, steps, stepSize, bounds, towards } = given;
  const classCount = Math.max(2, network.outputWidth);
  if (towards !== undefined && towards >= classCount) {
    throw new UsageError(
      `--towards is ${towards}, but the network has the classes 0 to ${classCount - 1}`,
    );
  }
  if (bounds && bounds.length !== 2) {
    throw new UsageError(`--bounds has ${countOf(bounds.length, 'number')}, but must be low,high`);
  }
  return {
    norm,
    radius,
    stepCount: steps,
    loss: given.loss ?? (network.outputWidth === 1 ? 'squared' : 'cross-entropy'),
    direction: towards === undefined ? 'away' : 'towards',
    ...(stepSize === undefined ? {} : { stepSize }),
    ...(bounds ? { bounds: [bounds[0], bounds[1]] as const } : {}),
  };
}

function describeAttack(
  { inputs, classes, towards }: Options,
  { norm, radius, stepCount, loss, bounds }: AttackRequest,
  stepSize: number,
  count: number,
): AttackRecord {
  return {
    inputs,
    ...(classes === undefined ? {} : { classes }),
    count,
    ...(towards === undefined ? {} : { towards }),
    norm,
    radius,
    stepCount,
    stepSize,
    loss,
    ...(bounds ? { bounds } : {}),
  };
}

/** Such points look robust, and need not be. */
function describeStill(count: number): string[] {
  if (count === 0) return [];
  const [stayed, whose] = count === 1 ? ['it was', 'its'] : ['they were', 'their'];
  return [
    `${count} stayed where ${stayed}: ${whose} gradient is 0 in the numbers of this backend, or leads out of the bounds`,
  ];
}

async function openClasses(path: string, count: number): Promise<RowSource> {
  const labels = await openRows(path, 1);
  if (labels.count === count) return labels;
  await labels.close();
  throw new DataError(`${path} has ${countOf(labels.count, 'row')}, but --inputs has ${count}`);
}

async function readPart(
  rows: RowSource,
  labels: RowSource | null,
  length: number,
  { outputWidth }: Network,
): Promise<AttackedPart | null> {
  const points = await rows.read(length);
  if (!points) return null;
  if (!labels) return { points, classes: null };
  const classes = await labels.read(length);
  const classCount = Math.max(2, outputWidth);
  const bad = classes?.find((own) => !Number.isInteger(own) || own < 0 || own >= classCount);
  if (bad !== undefined) {
    throw new DataError(
      `${labels.name} has the class ${bad}, but must have 0 to ${classCount - 1}`,
    );
  }
  return { points, classes };
}

function planArrays({ inputWidth, outputWidth }: Network, count: number): ArrayPlan[] {
  const classes = { descr: outputWidth > 256 ? '<u2' : '|u1', shape: [count] } as const;
  return [
    { name: 'points', descr: '<f4', shape: [count, inputWidth] },
    { name: 'outputs', descr: '<f4', shape: [count, outputWidth] },
    { name: 'classes', ...classes },
    { name: 'before', ...classes },
  ];
}
