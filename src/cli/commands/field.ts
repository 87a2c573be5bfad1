import type { Command } from 'commander';
import { describeField, parametersValue } from '../../files/parameters.ts';
import { oneOf, readEnding, refuseUnused } from '../arguments.ts';
import {
  createFieldFile,
  FIELD_ENDINGS,
  FIELD_QUANTITIES,
  type FieldQuantity,
} from '../field-file.ts';
import { packNetwork } from '../jobs/job.ts';
import type { FieldResult } from '../jobs/field.ts';
import { addFieldOptions, chooseField, type FieldOptions } from '../field-options.ts';
import {
  addBackendOption,
  addNetworkOptions,
  createCommand,
  loadFromOptions,
  startSession,
  valueOption,
} from '../options.ts';
import { showExtent, showSeconds } from '../wording.ts';
import type { RunOptions } from '../session.ts';

interface Options extends FieldOptions, RunOptions {
  readonly quantity?: FieldQuantity;
  readonly out: string;
}

export function addFieldCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(
    program,
    'field',
    'exponents over a rectangle of a plane, as an array',
    [
      'net.safetensors --domain -1.5,-1.5,1.5,1.5 --size 512x512 --out field.npy',
      'net.onnx --layer 8 --quantity direction --out directions.npy',
      'net.onnx --plane-axes 3,7 --full --out field.npz',
      'net.onnx --inputs x.npy --plane-points 0,10,20 --out field.csv',
    ],
  );
  addNetworkOptions(command);
  addFieldOptions(command);
  command
    .addOption(
      valueOption('--quantity <name>', 'what .npy holds (exponent)', oneOf(FIELD_QUANTITIES)),
    )
    .requiredOption(
      '--out <file>',
      'field.npy: one array [height][width], lowest y first, λ per layer; field.npz: all arrays; field.csv: a row a pixel',
    );
  addBackendOption(command).action(async (path: string, options: Options) => {
    const { out, quantity = 'exponent' } = options;
    if (readEnding(out, FIELD_ENDINGS) !== 'npy') {
      refuseUnused(options, ['quantity'], 'is for .npy: .npz and .csv hold all quantities');
    }
    const session = startSession('field', options, signal);
    const { network, origin } = await loadFromOptions(path, options, session);
    const { request, span } = await chooseField(network, options, session);
    const parameters = {
      ...origin,
      field: describeField({ request, span }),
    };
    const file = await createFieldFile(out, quantity, network, request, span, parameters);
    try {
      const run = await session.run(
        options.backend,
        'field',
        { network: packNetwork(network), request, arrays: file.arrays },
        { take: (part) => file.take(part) },
      );
      await file.finish();
      const { backend, description, seconds, result } = run;
      session.print(
        {
          out,
          ...file.description,
          backend,
          device: description,
          seconds,
          lambda1: result.exponents,
          parameters: parametersValue(parameters),
        },
        [
          `${out}: ${request.width} × ${request.height}, ${describeResult(result)}`,
          `${backend} (${description}), ${showSeconds(seconds)}`,
        ],
      );
    } finally {
      await file.discard();
    }
  });
}

function describeResult({ exponents }: FieldResult): string {
  return showExtent(exponents, 'pixel');
}
