import type { Engine, FieldBand, FieldRequest, Model } from '../../engine/engine.ts';
import { drawnRidges, ridgeRequest, type DrawnRidges } from '../../engine/ridge-limits.ts';
import type { FieldPart } from './field.ts';
import { unpackNetwork, type Job, type JobContext, type NetworkParcel } from './job.ts';
import { Tally, type Extent } from './tally.ts';

export interface RenderParameters {
  readonly network: NetworkParcel;
  readonly request: FieldRequest;
  /** null: none. */
  readonly ridges: DrawnRidges | null;
}

export interface RenderResult {
  readonly exponents: Extent;
  /** Segments [count][4]: s0, t0, s1, t1 in plane coordinates; null if none are wanted. */
  readonly ridges: Float32Array | null;
}

/** What a picture is made of: a field in bands, and its ridges. */
export const computePicture: Job<RenderParameters, never, FieldPart, RenderResult> = async (
  { network, request, ridges: wanted },
  context,
) => {
  const { engine, signal } = context;
  const model = engine.createModel(unpackNetwork(network));
  const tally = new Tally();
  const part = wanted ? 0.5 : 1;
  try {
    await engine.computeBands(
      model,
      request,
      async ({ request: _, span: _span, ...band }: FieldBand) => {
        tally.add(band.exponents, band.statuses);
        await context.send(band);
      },
      { signal, onProgress: (fraction) => context.onProgress({ fraction: part * fraction }) },
    );
    const ridges = wanted && (await findRidges(engine, model, request, wanted, context));
    return { exponents: tally.extent(), ridges };
  } finally {
    model.dispose();
  }
};

/** Ridges need a field that is in memory as a whole. */
async function findRidges(
  engine: Engine,
  model: Model,
  request: FieldRequest,
  wanted: DrawnRidges,
  { signal, onProgress }: JobContext<never, FieldPart>,
): Promise<Float32Array> {
  const field = await engine.createField(model);
  try {
    const searched = ridgeRequest(request);
    await field.compute(searched, {
      signal,
      onProgress: (fraction) => onProgress({ fraction: (1 + fraction) / 2 }),
    });
    const ridges = await engine.createRidges(field);
    try {
      await ridges.find(drawnRidges(searched, wanted));
      return await ridges.read();
    } finally {
      ridges.dispose();
    }
  } finally {
    field.dispose();
  }
}
