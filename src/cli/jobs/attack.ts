import type { AttackRequest } from '../../engine/engine.ts';
import { coordinatePlane } from '../../model/plane.ts';
import { unpackNetwork, type Job, type NetworkParcel } from './job.ts';

export interface AttackParameters {
  readonly network: NetworkParcel;
  /** Its direction: away from each point's class, or towards `goal`. */
  readonly request: AttackRequest;
  readonly goal: number | null;
}

/** Points, with their classes where they are known; the network's own are taken where not. */
export interface AttackedPart {
  readonly points: Float32Array;
  readonly classes: Float32Array | null;
}

/** Where the attacks on some points ended. */
export interface AttackPart {
  readonly points: Float32Array;
  readonly outputs: Float32Array;
  /** The network's, before and after. */
  readonly before: Uint8Array | Uint16Array;
  readonly classes: Uint8Array | Uint16Array;
}

export interface AttackResult {
  readonly count: number;
  /** Points whose class changed, or became the goal. */
  readonly successCount: number;
  /** Points that ended where they started: their gradient was 0 in the backend's numbers, or led out of the bounds. */
  readonly stillCount: number;
  /** Of the points from where they started, in the attack's norm. */
  readonly meanDistance: number;
  readonly largestDistance: number;
}

/** Attacks a list of points that comes and goes in parts. */
export const attackPoints: Job<AttackParameters, AttackedPart, AttackPart, AttackResult> = async (
  { network: parcel, request, goal },
  { engine, signal, receive, send },
) => {
  const network = unpackNetwork(parcel);
  const { inputWidth, outputWidth } = network;
  const model = engine.createModel(network);
  let [count, successCount, stillCount, sum, largestDistance] = [0, 0, 0, 0, 0];
  try {
    // For the classes alone, so that the cheapest exponents do.
    const evaluator = await engine.createEvaluator(model, {
      layer: 'output',
      space: coordinatePlane(inputWidth),
      exponentCount: 1,
      directions: false,
    });
    try {
      for (let part = await receive(); part; part = await receive()) {
        const { points } = part;
        const { classes: before } = await evaluator.evaluate(points, { signal });
        const wanted = Array.from(before, (own, i) => goal ?? part.classes?.[i] ?? own);
        const targets = targetsOf(wanted, outputWidth);
        const found = await engine.attack(model, points, targets, request, { signal });
        for (let i = 0; i < before.length; i++) {
          const own = [points, found.points].map((list) =>
            list.subarray(i * inputWidth, (i + 1) * inputWidth),
          );
          const distance = distanceOf(own[0], own[1], request.norm);
          const after = found.classes[i];
          if (goal === null ? after !== before[i] : after === goal) successCount++;
          if (distance === 0) stillCount++;
          sum += distance;
          largestDistance = Math.max(largestDistance, distance);
        }
        count += before.length;
        const { outputs, classes } = found;
        await send({ points: found.points, outputs, before, classes });
      }
    } finally {
      evaluator.dispose();
    }
  } finally {
    model.dispose();
  }
  return { count, successCount, stillCount, meanDistance: sum / count, largestDistance };
};

/** One-hot; −1 and 1 for the two classes of a single output. */
function targetsOf(classes: readonly number[], outputWidth: number): Float32Array {
  if (outputWidth === 1) return Float32Array.from(classes, (own) => (own === 1 ? 1 : -1));
  const targets = new Float32Array(classes.length * outputWidth);
  classes.forEach((own, i) => (targets[i * outputWidth + own] = 1));
  return targets;
}

function distanceOf(a: Float32Array, b: Float32Array, norm: AttackRequest['norm']): number {
  if (norm === 'l2') return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}
