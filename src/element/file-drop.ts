import { adoptStyles } from './late-styles.ts';

const STYLES = `
  .drop {
    position: absolute; inset: 0; display: grid; place-content: center; padding: 1em;
    border: 2px dashed var(--_accent); border-radius: inherit; text-align: center; font-size: 1rem;
    background: color-mix(in srgb, var(--_surface) 82%, transparent); pointer-events: none;
  }
`;

/** Takes files that are dragged onto an element, and says so while they are held over it. */
export class FileDrop {
  readonly #closing = new AbortController();
  readonly #hint = document.createElement('div');

  /**
   * @param frame - element of its shadow root that the hint covers.
   * @param onDrop - given the files, at least one.
   */
  constructor(
    readonly target: HTMLElement,
    readonly frame: Element,
    readonly onDrop: (files: readonly File[]) => void,
  ) {
    adoptStyles(frame.getRootNode() as ShadowRoot, STYLES);
    this.#hint.className = 'drop';
    this.#hint.setAttribute('part', 'drop');
    this.#hint.textContent = 'Drop a network: safetensors, ONNX or JSON';
    const { signal } = this.#closing;
    for (const name of ['dragenter', 'dragover'] as const) {
      target.addEventListener(name, (event) => this.#hold(event), { signal });
    }
    target.addEventListener('dragleave', (event) => this.#leave(event), { signal });
    target.addEventListener('drop', (event) => this.#drop(event), { signal });
  }

  dispose(): void {
    this.#closing.abort();
    this.#hover(false);
  }

  #hold(event: DragEvent): void {
    if (!hasFiles(event)) return;
    // Without this the browser would open the file in place of the page.
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.#hover(true);
  }

  /** Parts of the element are left for one another: only what leads outside counts. */
  #leave({ relatedTarget }: DragEvent): void {
    if (!(relatedTarget instanceof Node && this.target.contains(relatedTarget))) this.#hover(false);
  }

  #drop(event: DragEvent): void {
    if (!hasFiles(event)) return;
    event.preventDefault();
    this.#hover(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) this.onDrop(files);
  }

  #hover(isOver: boolean): void {
    if (!isOver) this.#hint.remove();
    else if (!this.#hint.isConnected) this.frame.append(this.#hint);
  }
}

function hasFiles(event: DragEvent): event is DragEvent & { dataTransfer: DataTransfer } {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
