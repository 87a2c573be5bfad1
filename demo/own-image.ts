/** Colours of −1, 0 and 1, as on the map. */
const BELOW = [33, 102, 172];
const MIDDLE = [247, 247, 247];
const ABOVE = [178, 24, 43];

/** Rows and columns of inputs that are an image. */
export interface ImageShape {
  readonly rows: number;
  readonly columns: number;
}

/** @throws Error if the text is no shape, or has another number of pixels than there are inputs. */
export function readShape(text: string, inputWidth: number): ImageShape | null {
  if (text.trim() === '') return null;
  const match = /^\s*(\d+)\s*[x×,]\s*(\d+)\s*$/.exec(text);
  if (!match) throw new Error(`${text} is no shape such as 28x28`);
  const [rows, columns] = [Number(match[1]), Number(match[2])];
  if (rows * columns !== inputWidth) {
    throw new Error(`${text} has ${rows * columns} pixels, but there are ${inputWidth} inputs`);
  }
  return { rows, columns };
}

/** The square that many inputs make, if they make one that is an image. */
export function guessShape(inputWidth: number): string {
  const side = Math.round(Math.sqrt(inputWidth));
  return side >= 5 && side * side === inputWidth ? `${side}x${side}` : '';
}

/**
 * A figure of inputs as an image.
 *
 * @param signed - 0 has the middle colour; else the lowest value is black and the highest white.
 */
export function createImage(
  values: Float64Array,
  { rows, columns }: ImageShape,
  caption: string,
  signed: boolean,
): HTMLElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [columns, rows];
  canvas.role = 'img';
  canvas.ariaLabel = caption;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(columns, rows);
  const [low, high] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  const reach = Math.max(-low, high) || 1;
  values.forEach((value, i) => {
    const color = signed ? divergingColor(value / reach) : greyColor((value - low) / (high - low));
    image.data.set([...color, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  const figure = document.createElement('figure');
  const text = document.createElement('figcaption');
  text.textContent = caption;
  figure.append(canvas, text);
  return figure;
}

/** @param value - from −1 to 1. */
function divergingColor(value: number): number[] {
  const end = value < 0 ? BELOW : ABOVE;
  return MIDDLE.map((middle, i) => middle + Math.abs(value) * (end[i] - middle));
}

/** @param value - from 0 to 1; NaN of an image without contrast. */
function greyColor(value: number): number[] {
  return new Array<number>(3).fill(255 * (value || 0));
}
