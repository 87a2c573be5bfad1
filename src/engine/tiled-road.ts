import outcomeShader from '../../shaders/kernels/tile-outcome.wgsl';
import stateShader from '../../shaders/kernels/tile-state.wgsl';
import stretchShader from '../../shaders/kernels/tile-stretch.wgsl';
import tileShader from '../../shaders/kernels/tile.wgsl';
import { DeviceError } from '../errors.ts';
import { bindingLimit } from '../gpu/binding-limit.ts';
import { BufferUsage } from '../gpu/flags.ts';
import { createArguments, createKernel, dispatch, keepBound } from '../gpu/kernel.ts';
import type { Scope } from '../gpu/scope.ts';
import { BLOCK, type Op } from '../ops/op.ts';
import { choiceSet } from '../ops/registry.ts';
import type { FieldRoad } from './field-road.ts';
import type { GpuModel } from './gpu-model.ts';

/** Points of a workgroup and of an invocation, kinds of columns (kernels/tile.wgsl). */
const GROUP_POINTS = 32;
const LANE_POINTS = 4;
const KINDS = 3;
/** Numbers of a point in `sizes`. */
const SIZE_SLOTS = 7;
/** Bytes of states and tangents that are kept at a time. */
const MOST_BYTES = 2 ** 28;
const MOST_POINTS = 65_536;
const LANES = 64;
/** Points of a workgroup of kernels/tile-stretch.wgsl and kernels/tile-state.wgsl. */
const SHARED_POINTS = 16;
/** Most rows that kernels/tile-state.wgsl can make. */
export const STATE_ROWS = 16;

/**
 * The road for wide networks on a GPU: a dispatch a layer, tiles of rows × points × (state, u, v).
 *
 * @param rowTile - most rows of an invocation, as in grouped-road.ts.
 * @throws DeviceError if the device cannot hold the smallest batch.
 */
export async function createTiledRoad(
  scope: Scope,
  model: GpuModel,
  rowTile: 4 | 8,
): Promise<FieldRoad> {
  const { device, network } = model;
  const { ops } = network.program;
  const affines = ops.flatMap((op, index) => (op.name === 'affine' ? [{ op, index }] : []));
  const overrides = { ACTIVATION_SET: choiceSet(ops) };
  const shapes = [...new Set(affines.map(({ op }) => tileShape(op, rowTile)))];
  const [stretch, state, outcome, ...tiles] = await Promise.all([
    createKernel(device, stretchShader, { overrides }),
    createKernel(device, stateShader, { overrides }),
    createKernel(device, outcomeShader, { overrides: { LANES, ...overrides } }),
    ...shapes.map((shape) =>
      createKernel(device, tileShader, { constants: sizesOf(shape), overrides }),
    ),
  ]);

  const rows = Math.max(...affines.map(({ op }) => op.outputWidth));
  const pointBytes = 2 * KINDS * rows * 4;
  const limit = Math.min(MOST_BYTES, bindingLimit(device));
  const stride =
    GROUP_POINTS * Math.floor(Math.min(limit / pointBytes, MOST_POINTS) / GROUP_POINTS);
  if (stride === 0) {
    const needed = GROUP_POINTS * pointBytes;
    throw new DeviceError(
      'limit',
      `the states of ${GROUP_POINTS} points take ${needed} bytes, but this device binds at most ${limit}; use narrower layers`,
    );
  }
  const { storage } = BufferUsage;
  const columns = scope.buffer('columns', stride * pointBytes, storage);
  const sizes = scope.buffer('sizes', stride * SIZE_SLOTS * 4, storage);
  const powers = scope.buffer('powers', stride * 4, storage);
  // What the kernels of all shapes are given has one layout.
  const tileArgs = createArguments(scope, tiles[0], affines.length);
  const stretchArgs = createArguments(scope, stretch);
  const stateArgs = createArguments(scope, state, affines.length);
  const outcomeArgs = createArguments(scope, outcome);
  const layers = affines.map(({ op, index }) => {
    const shape = tileShape(op, rowTile);
    const kernel = tiles[shapes.indexOf(shape)];
    const rowGroups = Math.ceil(op.outputWidth / rowsOf(shape));
    return {
      index,
      kernel,
      bind: keepBound(kernel),
      rowGroups,
      bindState: op.outputWidth <= STATE_ROWS ? keepBound(state) : null,
    };
  });
  const bindStretch = keepBound(stretch);
  const bindOutcome = keepBound(outcome);
  /** Numbers before the slot that affine op `turn` leaves. */
  const slotPlace = (turn: number) => (turn % 2) * KINDS * rows * stride;

  stateArgs.write(
    0,
    ...affines.map(({ index }, turn) => ({
      affineIndex: index,
      inputPlace: slotPlace(turn + 1),
      outputPlace: slotPlace(turn),
      columnStride: stride,
    })),
  );

  return {
    name: rowTile === 8 ? 'tiled' : 'tiled-4',
    capacity: stride,
    grain: GROUP_POINTS,
    record(pass, { place, buffers, plane, coordinates }, first, end) {
      const { exponents, statuses, outputs, width } = buffers;
      const program = model.program('alternate');
      const { parameters } = model;
      const groups = Math.ceil((end - first) / GROUP_POINTS);
      const pixels = { firstPixel: first, endPixel: end };
      const left = { columns, sizes, powers, exponents, statuses };
      tileArgs.write(
        0,
        ...affines.map(({ index }, turn) => ({
          affineIndex: index,
          isFirst: turn === 0 ? 1 : 0,
          before: (turn + 2) % 3,
          after: turn % 3,
          next: (turn + 1) % 3,
          inputPlace: slotPlace(turn + 1) / 4,
          outputPlace: slotPlace(turn) / 4,
          columnStride: stride,
          ...pixels,
          width,
          rowPlace: width,
        })),
      );
      layers.forEach(({ index, kernel, bind, rowGroups, bindState }, turn) => {
        // Behind the exponent's layer nobody asks for tangents.
        if (index >= place.opCount && bindState) {
          const bound = bindState({ program, parameters, args: stateArgs.slot(turn), columns });
          dispatch(pass, state, bound, [groups * (GROUP_POINTS / SHARED_POINTS)]);
          return;
        }
        const own = { args: tileArgs.slot(turn), plane, coordinates, columns, sizes, powers };
        dispatch(pass, kernel, bind({ program, parameters, ...own }), [groups, rowGroups]);
        if (index === place.opCount - 2) {
          stretchArgs.write(0, {
            affineIndex: index,
            after: turn % 3,
            place: slotPlace(turn),
            columnStride: stride,
            ...pixels,
            span: place.span,
            rank: place.rank,
          });
          const reading = bindStretch({ program, args: stretchArgs.slot(0), ...left });
          dispatch(pass, stretch, reading, [Math.ceil((end - first) / SHARED_POINTS)]);
        }
      });
      const turn = affines.length - 1;
      const columnCount = groups * GROUP_POINTS;
      outcomeArgs.write(0, {
        affineIndex: affines[turn].index,
        place: slotPlace(turn),
        columnStride: stride,
        columnCount,
        ...pixels,
      });
      const bound = bindOutcome({ program, args: outcomeArgs.slot(0), ...left, outputs });
      dispatch(pass, outcome, bound, [Math.ceil(columnCount / LANES)]);
    },
  };
}

/** How the rows of a tile are shared out. */
interface TileShape {
  /** Rows of an invocation. */
  readonly rowTile: number;
  /** Invocations side by side. */
  readonly rowLanes: number;
}

const SMALL: TileShape = { rowTile: 4, rowLanes: 8 };
/** For GPUs of fewer registers. */
const SLIM: TileShape = { rowTile: 4, rowLanes: 16 };
const MEDIUM: TileShape = { rowTile: 8, rowLanes: 8 };
/** Entries and their activations are made once for twice as many rows. */
const LARGE: TileShape = { rowTile: 8, rowLanes: 16 };

const rowsOf = ({ rowTile, rowLanes }: TileShape): number => rowTile * rowLanes;

/** SMALL if that is enough, else SLIM for four rows, and for eight LARGE unless MEDIUM leaves fewer rows empty. */
function tileShape({ outputWidth }: Op, rowTile: 4 | 8): TileShape {
  const covered = (shape: TileShape) => rowsOf(shape) * Math.ceil(outputWidth / rowsOf(shape));
  if (outputWidth <= rowsOf(SMALL)) return SMALL;
  if (rowTile === 4) return SLIM;
  return covered(LARGE) > covered(MEDIUM) ? MEDIUM : LARGE;
}

function sizesOf({ rowTile, rowLanes }: TileShape): Record<string, number> {
  return {
    ROW_TILE: rowTile,
    ROW_BLOCKS: rowTile / BLOCK,
    SUMS: KINDS * rowTile,
    ROW_LANES: rowLanes,
    LANES: (rowLanes * GROUP_POINTS) / LANE_POINTS,
  };
}
