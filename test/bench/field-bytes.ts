import type { RoadName } from '../../src/engine/field-road.ts';
import { STATE_ROWS } from '../../src/engine/tiled-road.ts';
import type { Program } from '../../src/model/network.ts';

/** State, and two tangents. */
const KINDS = 3;
/** λ₁, λ₂, direction, status and class. */
const RESULTS = 20;

/**
 * Bytes of storage that a road must at least read and write for each point of a field at the last hidden layer:
 * results, and what goes from one dispatch to the next. Weights are shared by many points and do not count.
 */
export function fieldBytes(road: RoadName, { ops }: Program, depth: number): number {
  const results = RESULTS + 4 * ops[ops.length - 1].outputWidth;
  // States and tangents stay on chip.
  if (/^(fused|wide|grouped)/.test(road)) return results;
  const hidden = 2 * depth;
  const bytes = ops.map((op, index) => {
    // Beyond the last hidden layer only the state goes on.
    const kinds = index < hidden ? KINDS : 1;
    if (road.startsWith('tiled')) {
      // A dispatch a layer; the first makes its input from the plane.
      if (op.name !== 'affine') return 0;
      const tileKinds = op.outputWidth > STATE_ROWS ? KINDS : kinds;
      return 4 * tileKinds * ((index > 0 ? op.inputWidth : 0) + op.outputWidth);
    }
    // Tangents read the state that gives the slopes.
    const slopes = op.name === 'activation' && index < hidden ? op.inputWidth : 0;
    return 4 * (kinds * (op.inputWidth + op.outputWidth) + slopes);
  });
  const widest = ops[hidden - 1].outputWidth;
  // The exponent reads the tangents, the outcome the outputs.
  return results + bytes.reduce((sum, value) => sum + value, 0) + 8 * widest + results - RESULTS;
}
