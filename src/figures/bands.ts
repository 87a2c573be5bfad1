import type { FieldData, FieldRequest } from '../engine/engine.ts';
import { allocateRows, setBand } from '../engine/field-bands.ts';
import type { Network } from '../model/network.ts';
import type { StepContext } from './figure.ts';

/** Pixels between two checkpoints: about a second for a network of 250 × 12 in float64. */
const BAND_PIXELS = 1_536;

/** One field in bands of rows, from the lowest t up, with a checkpoint before each. */
export async function computeInBands(
  { engine, signal, checkpoint, onProgress }: Omit<StepContext<never>, 'earlier' | 'kept'>,
  network: Network,
  request: FieldRequest,
): Promise<FieldData> {
  const { domain, width, height } = request;
  const bandHeight = Math.max(1, Math.floor(BAND_PIXELS / width));
  const pixelHeight = (domain.tMax - domain.tMin) / height;
  const model = engine.createModel(network);
  try {
    let data: FieldData | undefined;
    for (let firstRow = 0; firstRow < height; firstRow += bandHeight) {
      await checkpoint();
      const rowCount = Math.min(bandHeight, height - firstRow);
      const tMin = domain.tMin + firstRow * pixelHeight;
      const band = await engine.computeField(
        model,
        {
          ...request,
          height: rowCount,
          domain: { ...domain, tMin, tMax: tMin + rowCount * pixelHeight },
        },
        { signal },
      );
      data ??= allocateRows(network, request, band.span, height);
      setBand(data, { ...band, request, firstRow, rowCount });
      onProgress((firstRow + rowCount) / height);
    }
    return data!;
  } finally {
    model.dispose();
  }
}
