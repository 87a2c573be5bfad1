import type { FtleMapElement } from 'ftle-map/element';
import { find, messageOf, offerFile } from './page.ts';

type BlobOptions = NonNullable<Parameters<FtleMapElement['toBlob']>[0]>;

interface Save {
  readonly label: string;
  readonly name: string;
  readonly write: (map: FtleMapElement, side: number) => Promise<Blob>;
}

const field =
  (options: BlobOptions) =>
  (map: FtleMapElement, side: number): Promise<Blob> =>
    map.toBlob({ ...options, width: side, height: side });

/** Files that a map can be saved as. */
const SAVES: readonly Save[] = [
  { label: 'PNG', name: 'map.png', write: field({ colorbar: true }) },
  { label: 'PNG, 16 bit grey', name: 'map-grey.png', write: field({ bitDepth: 16 }) },
  { label: 'SVG', name: 'map.svg', write: field({ type: 'image/svg+xml', colorbar: true }) },
  { label: 'NPY', name: 'map.npy', write: field({ type: 'application/x-npy' }) },
  { label: 'NPZ', name: 'map.npz', write: field({ type: 'application/x-npz' }) },
  { label: 'CSV', name: 'map.csv', write: field({ type: 'text/csv' }) },
  {
    label: 'Network, safetensors',
    name: 'network.safetensors',
    write: (map) => map.networkBlob('safetensors'),
  },
  { label: 'Network, JSON', name: 'network.json', write: (map) => map.networkBlob('json') },
];

/** Buttons that save the map, one file at a time; a line beside them tells how it went. */
export function createSaveButtons(map: FtleMapElement, place: HTMLElement): void {
  const size = find<HTMLInputElement>('#size');
  const status = find('#saved');
  const buttons = SAVES.map(({ label, name, write }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      if (!size.reportValidity()) return;
      const setBusy = (isBusy: boolean): void =>
        buttons.forEach((other) => (other.disabled = isBusy));
      setBusy(true);
      status.textContent = `Computing ${name} …`;
      write(map, Number(size.value))
        .then(
          (blob) => {
            offerFile(blob, name);
            status.textContent = `Saved ${name}, ${(blob.size / 1000).toFixed(0)} kB`;
          },
          (error: unknown) => (status.textContent = messageOf(error)),
        )
        .finally(() => {
          setBusy(false);
          button.focus();
        });
    });
    return button;
  });
  place.append(...buttons);
}
