import bendShader from '../../shaders/kernels/bend.wgsl';
import draftShader from '../../shaders/kernels/draft.wgsl';
import listBentShader from '../../shaders/kernels/list-bent.wgsl';
import refineShader from '../../shaders/kernels/refine.wgsl';
import scatterShader from '../../shaders/kernels/scatter.wgsl';
import { BufferUsage } from '../gpu/flags.ts';
import {
  createArguments,
  createKernel,
  dispatch,
  foldGrid,
  type ArgumentSlots,
  type Kernel,
} from '../gpu/kernel.ts';
import { readBuffer } from '../gpu/readback.ts';
import type { Scope } from '../gpu/scope.ts';
import type { FieldRequest } from './engine.ts';
import { fieldCoordinates, reserveContent, type FieldContent } from './field-content.ts';
import type { FieldBuffers, FieldJob } from './field-road.ts';

/** Pixels from one node of the lattice to the next, as lib/lattice.wgsl has it. */
const STEP = 4;
/** Nodes along each side that cubic interpolation takes. */
const LEAST_NODES = 4;
const LANES = 64;

/** Work on the GPU: all of it submitted, all of it done. */
export interface Progress {
  readonly submitted: Promise<void>;
  readonly done: Promise<void>;
}

/** Computes the first pixels of a job. */
export type PixelRunner = (job: FieldJob, pixelCount: number) => Progress;

/**
 * Fields of which only the nodes of a lattice are computed, every fourth pixel, and the pixels of cells that
 * bend; between the other nodes they are interpolated.
 */
export class GpuLattice {
  readonly #latticeArgs: ArgumentSlots;
  readonly #scatterArgs: ArgumentSlots;
  #nodes: FieldContent | null = null;
  #listed: FieldContent | null = null;
  #nodeCoordinates: GPUBuffer | null = null;
  #bends: GPUBuffer | null = null;
  #list: GPUBuffer | null = null;
  #places: GPUBuffer | null = null;

  private constructor(
    private readonly scope: Scope,
    private readonly kernels: Readonly<
      Record<'bend' | 'refine' | 'listBent' | 'scatter' | 'draft', Kernel>
    >,
  ) {
    this.#latticeArgs = createArguments(scope, kernels.refine);
    this.#scatterArgs = createArguments(scope, kernels.scatter);
  }

  /** @param scope - owns the buffers. */
  static async create(scope: Scope): Promise<GpuLattice> {
    const { device } = scope;
    const [bend, refine, listBent, scatter, draft] = await Promise.all([
      createKernel(device, bendShader),
      createKernel(device, refineShader),
      createKernel(device, listBentShader),
      createKernel(device, scatterShader),
      createKernel(device, draftShader),
    ]);
    return new GpuLattice(scope, { bend, refine, listBent, scatter, draft });
  }

  /**
   * Fills the buffers of a job; where they have too few nodes, every pixel is computed.
   *
   * @param firstRow - of the request, to which the first of the buffers belongs.
   * @param request - with a tolerance: error of l·λ₁ that interpolation may leave.
   */
  async compute(
    job: FieldJob,
    request: FieldRequest,
    firstRow: number,
    run: PixelRunner,
  ): Promise<void> {
    const { scope } = this;
    const { device } = scope;
    const { buffers } = job;
    const { tolerance = 0, draft = false } = request;
    const { width, height, outputWidth } = buffers;
    const { storage, copySrc, copyDst } = BufferUsage;
    const [columns, rows] = [Math.ceil(width / STEP), Math.ceil(height / STEP)];
    if (Math.min(columns, rows) < LEAST_NODES) return run(job, width * height).done;

    this.#nodes = reserveContent(scope, this.#nodes, columns, rows, outputWidth);
    const coordinates = fieldCoordinates(request, firstRow, height, STEP);
    this.#nodeCoordinates = scope.grown(
      this.#nodeCoordinates,
      'node-coordinates',
      coordinates.byteLength,
      storage | copyDst,
    );
    device.queue.writeBuffer(this.#nodeCoordinates, 0, coordinates);
    const nodeJob = { ...job, buffers: this.#nodes, coordinates: this.#nodeCoordinates };
    const nodesRun = run(nodeJob, columns * rows);
    await nodesRun.submitted;

    const pixelCount = width * height;
    this.#bends = scope.grown(this.#bends, 'bends', 4 * columns * rows, storage);
    this.#list = scope.grown(this.#list, 'list', 4 * (1 + pixelCount), storage | copySrc | copyDst);
    this.#places = scope.grown(this.#places, 'places', 8 * pixelCount, storage);
    const lattice = { columns, rows, tolerance: tolerance / job.place.span, every: draft ? 2 : 1 };
    this.#record(job, lattice);
    const [bytes] = await Promise.all([readBuffer(device, this.#list, 0, 4), nodesRun.done]);
    const [count] = new Uint32Array(bytes);
    if (count === 0) return;

    this.#listed = reserveContent(scope, this.#listed, count, 1, outputWidth);
    // Rows of 0 pixels say that coordinates are those of a list.
    const listed = { ...this.#listed, width: 0 };
    const listedRun = run({ ...job, buffers: listed, coordinates: this.#places }, count);
    await listedRun.submitted;
    this.#scatter(buffers, this.#listed, count, draft);
    await listedRun.done;
  }

  /** Submits what the nodes lead to: interpolated pixels, and the list of those to be computed. */
  #record(
    job: FieldJob,
    lattice: Readonly<Record<'columns' | 'rows' | 'tolerance' | 'every', number>>,
  ): void {
    const { device } = this.scope;
    const { bend, refine, listBent } = this.kernels;
    const { width, height, outputWidth, ...pixels } = job.buffers;
    const [nodes, bends, list, places] = [this.#nodes!, this.#bends!, this.#list!, this.#places!];
    const { columns, rows } = lattice;
    this.#latticeArgs.write(0, { width, height, outputWidth, ...lattice });
    const args = this.#latticeArgs.slot(0);
    const { exponents, statuses, outputs } = pixels;
    const encoder = device.createCommandEncoder({ label: 'ftle-map/lattice' });
    encoder.clearBuffer(list, 0, 4);
    const pass = encoder.beginComputePass({ label: 'ftle-map/lattice' });
    const cells = foldGrid(Math.ceil(((columns - 1) * (rows - 1)) / LANES));
    const own = { args, nodes: nodes.exponents, bends };
    const bent = bend.bind({ ...own, statuses: nodes.statuses, outputs: nodes.outputs });
    dispatch(pass, bend, bent, cells);
    const interpolated = refine.bind({
      ...own,
      words: nodes.statuses,
      values: nodes.outputs,
      exponents,
      statuses,
      outputs,
    });
    dispatch(pass, refine, interpolated, cells);
    const bound = listBent.bind({ args, bends, coordinates: job.coordinates, list, places });
    dispatch(pass, listBent, bound, foldGrid(Math.ceil((columns * rows) / LANES)));
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** Puts the list's pixels in their places and, of a draft, means between them. */
  #scatter(buffers: FieldBuffers, listed: FieldBuffers, count: number, isDraft: boolean): void {
    const { device } = this.scope;
    const { scatter, draft } = this.kernels;
    const { exponents, statuses, outputs } = buffers;
    this.#scatterArgs.write(0, { count, outputWidth: buffers.outputWidth });
    const bound = scatter.bind({
      args: this.#scatterArgs.slot(0),
      list: this.#list!,
      listed: listed.exponents,
      words: listed.statuses,
      values: listed.outputs,
      exponents,
      statuses,
      outputs,
    });
    const encoder = device.createCommandEncoder({ label: 'ftle-map/scatter' });
    const pass = encoder.beginComputePass({ label: 'ftle-map/scatter' });
    const grid = foldGrid(Math.ceil(count / LANES));
    dispatch(pass, scatter, bound, grid);
    if (isDraft) {
      const args = this.#latticeArgs.slot(0);
      const own = { args, list: this.#list!, exponents, statuses, outputs };
      dispatch(pass, draft, draft.bind(own), grid);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }
}
