import 'ftle-map/define';
import type { FtleMapElement } from 'ftle-map/element';

/** A small network and a coarse field: what most tests show. */
export const SMALL = 'architecture="2-6x3-1" resolution="32" style="width: 240px"';

const mounted = new Set<Element>();

/** Puts an element with these attributes into the page. */
export function mount(attributes: string): FtleMapElement {
  const holder = document.createElement('div');
  holder.innerHTML = `<ftle-map ${attributes}></ftle-map>`;
  document.body.append(holder);
  mounted.add(holder);
  return holder.querySelector('ftle-map')!;
}

/** The same, with its picture complete. */
export async function mountIdle(attributes: string): Promise<FtleMapElement> {
  const element = mount(attributes);
  await element.whenIdle();
  return element;
}

/** Removes what was mounted; for `afterEach`. */
export function unmountAll(): void {
  for (const holder of mounted) holder.remove();
  mounted.clear();
}

/** The next event of that name, or a rejection after ten seconds. */
export function nextEvent<N extends keyof HTMLElementEventMap>(
  element: HTMLElement,
  name: N,
): Promise<HTMLElementEventMap[N]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name} within 10 s`)), 10_000);
    const take = (event: HTMLElementEventMap[N]): void => {
      clearTimeout(timer);
      resolve(event);
    };
    element.addEventListener(name, take, { once: true });
  });
}

/** Pixels of the picture as a PNG gives them, [height][width][4]. */
export async function readPicture(element: FtleMapElement): Promise<ImageData> {
  const bitmap = await createImageBitmap(await element.toBlob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** How many pixels of two pictures of the same size differ in any channel. */
export function countDifferent(a: ImageData, b: ImageData): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`pictures of ${a.width} × ${a.height} and ${b.width} × ${b.height} pixels`);
  }
  let count = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    if ([0, 1, 2, 3].some((k) => a.data[i + k] !== b.data[i + k])) count++;
  }
  return count;
}

/** Number of distinct colours: 1 for a blank picture. */
export function countColors({ data }: ImageData): number {
  return new Set(new Uint32Array(data.buffer)).size;
}

/** Text of the message over the picture; empty if all is well. */
export function messageOf(element: FtleMapElement): string {
  return element.shadowRoot!.querySelector('[role=alert]')!.textContent.trim();
}

export function findButton(element: FtleMapElement, name: string): HTMLButtonElement {
  const buttons = [...element.shadowRoot!.querySelectorAll('button')];
  const found = buttons.find((button) => button.textContent.trim() === name);
  if (!found) throw new Error(`no button ${name}`);
  return found;
}

export function findSlider(element: FtleMapElement, name: string): HTMLInputElement {
  const labels = [...element.shadowRoot!.querySelectorAll('label')];
  const found = labels.find((label) => label.querySelector('span')!.textContent === name);
  if (!found) throw new Error(`no slider ${name}`);
  return found.querySelector('input')!;
}

/** Resolves after the next frame has been shown. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
