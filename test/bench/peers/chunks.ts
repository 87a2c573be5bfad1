/** Points of a product: what fits into caches of a CPU, and what fills a GPU without filling its memory. */
export const CHUNKS = { webgpu: 65_536, wasm: 8192 } as const;

/**
 * Points and their two tangents as rows of matrices.
 *
 * @param points - [count][2]
 * @param chunk - points of a matrix; all are in one if their count is no multiple.
 * @returns matrices [3 · points of a matrix][2]: the points, as many times (1, 0), as many times (0, 1).
 */
export function chunkColumns(points: Float32Array, chunk: number): Float32Array[] {
  const count = points.length / 2;
  const size = count % chunk === 0 ? chunk : count;
  return Array.from({ length: count / size }, (_, part) => {
    const columns = new Float32Array(6 * size);
    columns.set(points.subarray(2 * part * size, 2 * (part + 1) * size));
    for (let i = 0; i < size; i++) {
      columns[2 * (size + i)] = 1;
      columns[2 * (2 * size + i) + 1] = 1;
    }
    return columns;
  });
}
