// jax.ts: the workloads in jax-js
//
// As its users would: the network at one point, two jvp, vmap over points, jit. By an expert: primal and tangents
// of all points are the rows of one matrix product a layer, widths padded with zeros, for which its compiler can
// have much better tiles: 50 padded to 64 and 250 to 256 are 7 to 18 times faster.
import { blockUntilReady, defaultDevice, init, jit, jvp, numpy as np, vmap } from '@jax-js/jax';
import type { PlainLayer, PlainWorkload } from '../workloads.ts';
import { CHUNKS, chunkColumns } from './chunks.ts';
import type { Contestant, Prepared } from './contestant.ts';

type JaxDevice = 'webgpu' | 'wasm';
type Tensor = np.Array;

const TOOLS = { webgpu: 'jax-js (WebGPU)', wasm: 'jax-js (Wasm)' } as const;

/** Widths are padded to multiples of one of these: which is fastest differs by width and adapter. */
const PADDINGS = [1, 4, 64];

async function useDevice(device: JaxDevice): Promise<void> {
  const found = await init(device);
  if (!found.includes(device)) throw new Error(`jax-js has no device ${device} here`);
  defaultDevice(device);
}

function tensor(values: Float32Array, shape: number[]): Tensor {
  return np.array(values).reshape(shape);
}

/** log of the larger singular value of [u v], rows of both: last axis is summed. Takes both. */
function logStretch(u: Tensor, v: Tensor): Tensor {
  const a = np.sum(u.ref.mul(u.ref), -1);
  const b = np.sum(u.mul(v.ref), -1);
  const c = np.sum(v.ref.mul(v), -1);
  const middle = a.ref.add(c.ref).mul(0.5);
  const half = a.sub(c).mul(0.5);
  const root = np.sqrt(half.ref.mul(half).add(b.ref.mul(b)));
  return np.log(middle.add(root)).mul(0.5);
}

interface Parts {
  readonly weights: Tensor[];
  readonly biases: Tensor[];
}

/** A prepared run of a jitted function of points and parameters, at each chunk of the points. */
function prepared(
  device: JaxDevice,
  compute: (points: Tensor, parts: { weights: Tensor[]; biases: Tensor[] }) => Tensor,
  chunks: readonly Tensor[],
  parts: Parts,
): Prepared {
  const compiled = jit(compute);
  let results: Tensor[] = [];
  const drop = (): void => {
    for (const result of results) result.dispose();
    results = [];
  };
  return {
    async run() {
      defaultDevice(device);
      drop();
      for (const chunk of chunks) {
        const result = compiled(chunk.ref, {
          weights: parts.weights.map((one) => one.ref),
          biases: parts.biases.map((one) => one.ref),
        });
        results.push(result);
        // What is between the layers stays in the memory of Wasm until a chunk is done.
        if (device === 'wasm') await blockUntilReady(result);
      }
      await blockUntilReady(results);
    },
    async read() {
      const parts: Float32Array[] = [];
      for (const result of results) parts.push((await result.ref.data()) as Float32Array);
      return parts.flatMap((part) => [...part]);
    },
    dispose() {
      drop();
      for (const one of [...chunks, ...parts.weights, ...parts.biases]) one.dispose();
      compiled.dispose();
    },
  };
}

/** As the documentation of jax-js would have it. */
export function jaxAsUser(device: JaxDevice): Contestant {
  return {
    tool: TOOLS[device],
    way: 'as its users would',
    note: 'jit(vmap(two jvp)) of the network at one point',
    async prepare({ layers }, points) {
      await useDevice(device);
      const parts = {
        weights: layers.map(({ weights, width, inputWidth }) =>
          tensor(weights, [width, inputWidth]),
        ),
        biases: layers.map(({ biases, width }) => tensor(biases, [width])),
      };
      return prepared(
        device,
        (all, { weights, biases }) => {
          const network = (x: Tensor): Tensor =>
            weights.reduce(
              (state, matrix, l) => np.tanh(np.dot(matrix.ref, state).add(biases[l].ref)),
              x,
            );
          const result = vmap((x: Tensor) => {
            const [first, u] = jvp(network, [x.ref], [np.array([1, 0])]);
            const [second, v] = jvp(network, [x], [np.array([0, 1])]);
            first.dispose();
            second.dispose();
            return logStretch(u, v);
          })(all);
          for (const one of [...weights, ...biases]) one.dispose();
          return result;
        },
        [tensor(points, [points.length / 2, 2])],
        parts,
      );
    },
  };
}

/** One product a layer for everything, at widths that its compiler likes. */
export function jaxByExpert(device: JaxDevice): Contestant {
  return {
    tool: TOOLS[device],
    way: 'by an expert',
    note: `one product [3·points][width] a layer, widths padded to a multiple of ${PADDINGS.join(', ')}, whichever is fastest`,
    async prepare(workload, points) {
      await useDevice(device);
      const count = points.length / 2;
      let best: { prepared: Prepared; ms: number } | null = null;
      for (const padding of paddingsFor(workload)) {
        const one = batched(device, workload, points, padding);
        await one.run();
        const start = performance.now();
        await one.run();
        const ms = performance.now() - start;
        console.info(
          `${TOOLS[device]}, padded to ${padding}, ${count} points: ${ms.toFixed(1)} ms`,
        );
        if (best && best.ms <= ms) {
          one.dispose();
          continue;
        }
        best?.prepared.dispose();
        best = { prepared: one, ms };
      }
      return best!.prepared;
    },
  };
}

/** Paddings that do not make most of a layer zeros. */
function paddingsFor({ layers }: PlainWorkload): number[] {
  const widest = Math.max(...layers.map(({ width }) => width));
  return PADDINGS.filter((padding) => padding === PADDINGS[0] || padding <= 2 * widest);
}

function batched(
  device: JaxDevice,
  { layers }: PlainWorkload,
  points: Float32Array,
  padding: number,
): Prepared {
  const padded = layers.map((layer, l) => padLayer(layer, l === 0 ? 1 : padding, padding));
  const chunks = chunkColumns(points, CHUNKS[device]);
  const count = chunks[0].length / 6;
  const parts = {
    weights: padded.map(({ rows, columns: width, weights }) => tensor(weights, [rows, width])),
    biases: padded.map(({ columns: width, biases }) => tensor(biases, [1, width])),
  };
  return prepared(
    device,
    (start, { weights, biases }) => {
      let states = start;
      let [u, v] = [start, start];
      weights.forEach((matrix, l) => {
        const products = np.matmul(states, matrix);
        const width = padded[l].columns;
        const [sums, first, second] = np.split(products.reshape([3, count, width]), 3, 0);
        const state = np.tanh(sums.add(biases[l]));
        const slope = np.subtract(1, state.ref.mul(state.ref));
        u = first.mul(slope.ref);
        v = second.mul(slope);
        if (l === weights.length - 1) {
          state.dispose();
          return;
        }
        states = np.concatenate([state, u, v], 0).reshape([3 * count, width]);
      });
      return logStretch(u, v).reshape([count]);
    },
    chunks.map((columns) => tensor(columns, [3 * count, 2])),
    parts,
  );
}

/** Weights [rows][columns], inputs along the rows, with zeros where there is nothing. */
function padLayer(
  { inputWidth, width, weights, biases }: PlainLayer,
  rowMultiple: number,
  columnMultiple: number,
): { rows: number; columns: number; weights: Float32Array; biases: Float32Array } {
  const rows = Math.ceil(inputWidth / rowMultiple) * rowMultiple;
  const columns = Math.ceil(width / columnMultiple) * columnMultiple;
  const padded = new Float32Array(rows * columns);
  for (let i = 0; i < width; i++) {
    for (let k = 0; k < inputWidth; k++) padded[k * columns + i] = weights[i * inputWidth + k];
  }
  const start = new Float32Array(columns);
  start.set(biases);
  return { rows, columns, weights: padded, biases: start };
}
