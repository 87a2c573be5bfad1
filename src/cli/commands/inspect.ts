import type { Command } from 'commander';
import { countOf } from '../../errors.ts';
import { ACTIVATIONS, type ActivationName } from '../../math/activations.ts';
import { tensorPlaces } from '../../model/parameters.ts';
import type { Network } from '../../model/network.ts';
import { addNetworkOptions, createCommand, loadFromOptions, startSession } from '../options.ts';
import type { NetworkOptions } from '../options.ts';
import type { CommonOptions } from '../session.ts';

type InspectOptions = CommonOptions & NetworkOptions;

export function addInspectCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(program, 'inspect', 'what a network file holds', [
    'net.onnx',
    'net.safetensors --activation relu --json',
  ]);
  addNetworkOptions(command).action(async (path: string, options: InspectOptions) => {
    // What was assumed is part of the answer here.
    const session = startSession('inspect', { ...options, quiet: true }, signal);
    const { network, format, notes, metadata, origin } = await loadFromOptions(
      path,
      options,
      session,
    );
    const layers = describeLayers(network);
    const parameterCount = layers.reduce((sum, layer) => sum + layer.parameterCount, 0);
    const { inputWidth, outputWidth, depth } = network;
    session.print(
      {
        file: path,
        format,
        sha256: origin.network.sha256,
        inputWidth,
        outputWidth,
        depth,
        parameterCount,
        layers,
        notes,
        metadata,
      },
      [
        `${path}: ${format}, ${countOf(inputWidth, 'input')}, ${countOf(depth, 'hidden layer')}, ${countOf(outputWidth, 'output')}, ${countOf(parameterCount, 'parameter')}`,
        ...layers.map(({ name, type, inputs, outputs, activation, alpha, ...layer }) => {
          const detail = alpha === undefined ? '' : ` (alpha ${alpha})`;
          return `  ${name.padEnd(6)}  ${type}  ${inputs} → ${outputs}  ${activation}${detail}  ${layer.parameterCount} parameters`;
        }),
        ...notes.map((note) => `note: ${note}`),
      ],
    );
  });
}

interface LayerDescription {
  /** Number of the hidden layer, or `output`. */
  readonly name: string;
  readonly type: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: string;
  readonly alpha?: number;
  readonly parameterCount: number;
}

function describeLayers({ spec, depth, ...network }: Network): LayerDescription[] {
  const places = tensorPlaces({ spec, depth, ...network });
  let inputs = spec.inputWidth;
  return spec.layers.map((layer, index) => {
    const shapes = places.filter(({ layerIndex }) => layerIndex === index);
    const description = {
      name: index < depth ? String(index + 1) : 'output',
      type: layer.type,
      inputs,
      outputs: layer.width,
      activation: layer.activation,
      // Others ignore it.
      ...(hasAlpha(layer.activation) ? { alpha: layer.alpha } : {}),
      parameterCount: shapes.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0),
    };
    inputs = layer.width;
    return description;
  });
}

const hasAlpha = (activation: ActivationName): boolean =>
  ACTIVATIONS[activation].defaultAlpha !== 0;
