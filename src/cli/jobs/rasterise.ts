import { DataError } from '../../errors.ts';
import type { Job } from './job.ts';

export interface RasteriseParameters {
  /** Pictures as SVG with a width and a height. */
  readonly pictures: readonly string[];
  /** Pixels for each unit of SVG. */
  readonly pixelRatio: number;
}

/** SVG drawn by the browser, as PNG. Runs in a page alone. */
export const rasterisePictures: Job<RasteriseParameters, never, never, Uint8Array[]> = async ({
  pictures,
  pixelRatio,
}) => {
  const files: Uint8Array[] = [];
  for (const svg of pictures) files.push(await rasterise(svg, pixelRatio));
  return files;
};

async function rasterise(svg: string, pixelRatio: number): Promise<Uint8Array> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const [width, height] = [image.width * pixelRatio, image.height * pixelRatio];
  const canvas = new OffscreenCanvas(Math.ceil(width), Math.ceil(height));
  const context = canvas.getContext('2d');
  if (!context) throw new DataError('this browser draws on no canvas');
  context.drawImage(image, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}
