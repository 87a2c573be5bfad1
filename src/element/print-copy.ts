import type { Connection } from './connection.ts';

/**
 * Lays a copy over the picture while the page is printed: of a canvas of WebGPU browsers print nothing.
 *
 * @param shown - whose canvas is shown; null while there is none.
 * @param closing - ends that.
 */
export function copyForPrint(shown: () => Connection | null, closing: AbortSignal): void {
  const copy = document.createElement('canvas');
  copy.className = 'marks';
  copy.ariaHidden = 'true';
  const show = (): void => {
    const connection = shown();
    const session = connection?.live.session;
    // The canvas of the CPU is printed as it is.
    if (!session || !connection.engine.device) return;
    const { canvas, live } = connection;
    // The content of a canvas is only sure in the task that painted it.
    live.picture.paint(session);
    [copy.width, copy.height] = [canvas.width, canvas.height];
    copy.getContext('2d')!.drawImage(canvas, 0, 0);
    canvas.after(copy);
  };
  addEventListener('beforeprint', show, { signal: closing });
  addEventListener('afterprint', () => copy.remove(), { signal: closing });
}
