// tensorflow.ts: the workloads in TensorFlow.js
//
// As its users would: it has gradients of sums, not Jacobians, so one gradient an output row, for all points at
// once. By an expert: primal and tangents of all points are the rows of one matrix product a layer.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { PlainLayer } from '../workloads.ts';
import { CHUNKS, chunkColumns } from './chunks.ts';
import type { Contestant, Prepared } from './contestant.ts';

type TfBackend = 'webgpu' | 'wasm';

const TOOLS = { webgpu: 'TensorFlow.js (WebGPU)', wasm: 'TensorFlow.js (Wasm)' } as const;

setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');

async function useBackend(backend: TfBackend): Promise<void> {
  if (tf.getBackend() !== backend && !(await tf.setBackend(backend))) {
    throw new Error(`TensorFlow.js has no backend ${backend} here`);
  }
  await tf.ready();
}

/** log of the larger singular value of [u v], [count] from two of [count][width]. */
function logStretch(u: tf.Tensor, v: tf.Tensor): tf.Tensor1D {
  const a = tf.sum(tf.square(u), -1);
  const b = tf.sum(tf.mul(u, v), -1);
  const c = tf.sum(tf.square(v), -1);
  const half = tf.mul(tf.sub(a, c), 0.5);
  const root = tf.sqrt(tf.add(tf.square(half), tf.square(b)));
  return tf.mul(tf.log(tf.add(tf.mul(tf.add(a, c), 0.5), root)), 0.5);
}

interface Parts {
  /** [inputWidth][width] */
  readonly weights: tf.Tensor2D[];
  readonly biases: tf.Tensor1D[];
}

/** Makes tensors on the present backend. */
function createParts(layers: readonly PlainLayer[]): Parts {
  return {
    weights: layers.map(({ weights, width, inputWidth }) =>
      tf.tidy(() => tf.transpose(tf.tensor2d(weights, [width, inputWidth]))),
    ),
    biases: layers.map(({ biases }) => tf.tensor1d(biases)),
  };
}

/** It tells of completed work only by handing numbers over: one a point. */
function prepared(
  backend: TfBackend,
  compute: (inputs: tf.Tensor2D) => tf.Tensor1D,
  { weights, biases }: Parts,
  chunks: readonly tf.Tensor2D[],
): Prepared {
  let values: Float32Array[] = [];
  return {
    async run() {
      await useBackend(backend);
      const results = chunks.map((chunk) => tf.tidy(() => compute(chunk)));
      values = (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
      tf.dispose(results);
    },
    async read() {
      return values.flatMap((part) => [...part]);
    },
    dispose() {
      tf.dispose([...weights, ...biases, ...chunks]);
    },
  };
}

/** Rows of the Jacobian by gradients of sums over the batch. */
export function tensorflowAsUser(backend: TfBackend): Contestant {
  return {
    tool: TOOLS[backend],
    way: 'as its users would',
    note: 'tf.grad of each output of the layer, for all points at once',
    async prepare({ layers }, points) {
      await useBackend(backend);
      const parts = createParts(layers);
      const network = (x: tf.Tensor): tf.Tensor2D =>
        parts.weights.reduce<tf.Tensor>(
          (state, matrix, l) =>
            tf.tanh(tf.add(tf.matMul(state as tf.Tensor2D, matrix), parts.biases[l])),
          x,
        ) as tf.Tensor2D;
      const { width } = layers.at(-1)!;
      return prepared(
        backend,
        (inputs) => {
          const rows = Array.from({ length: width }, (_, i) =>
            tf.grad((x) => tf.sum(tf.slice(network(x), [0, i], [-1, 1])))(inputs),
          );
          const jacobian = tf.stack(rows, 1); // [count][width][2]
          const [u, v] = tf.unstack(jacobian, 2);
          return logStretch(u, v);
        },
        parts,
        [tf.tensor2d(points, [points.length / 2, 2])],
      );
    },
  };
}

/** One product a layer for everything. */
export function tensorflowByExpert(backend: TfBackend): Contestant {
  return {
    tool: TOOLS[backend],
    way: 'by an expert',
    note: 'one product [3·points][width] a layer',
    async prepare({ layers }, points) {
      await useBackend(backend);
      const parts = createParts(layers);
      const chunks = chunkColumns(points, CHUNKS[backend]);
      const count = chunks[0].length / 6;
      return prepared(
        backend,
        (start) => {
          let states = start;
          for (const [l, matrix] of parts.weights.entries()) {
            states = tf.tidy(() => {
              const products = tf.matMul(states, matrix);
              const { width } = layers[l];
              const sums = tf.slice(products, [0, 0], [count, width]);
              const tangents = tf.reshape(tf.slice(products, [count, 0]), [2, count, width]);
              const state = tf.tanh(tf.add(sums, parts.biases[l]));
              const slope = tf.sub(1, tf.square(state));
              const moved = tf.reshape(tf.mul(tangents, slope), [2 * count, width]);
              return tf.concat([state, moved] as tf.Tensor2D[], 0);
            });
          }
          const { width } = layers.at(-1)!;
          const u = tf.slice(states, [count, 0], [count, width]);
          const v = tf.slice(states, [2 * count, 0], [count, width]);
          return logStretch(u, v);
        },
        parts,
        chunks.map((columns) => tf.tensor2d(columns, [3 * count, 2])),
      );
    },
  };
}
