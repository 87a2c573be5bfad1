/** Takes files that are dragged onto an element. */
export class FileDrop {
  readonly #closing = new AbortController();
  #isOver = false;

  /**
   * @param onHover - told whether files are held over the element.
   * @param onDrop - given the files, at least one.
   */
  constructor(
    readonly target: HTMLElement,
    readonly onHover: (isOver: boolean) => void,
    readonly onDrop: (files: readonly File[]) => void,
  ) {
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
    if (isOver === this.#isOver) return;
    this.#isOver = isOver;
    this.onHover(isOver);
  }
}

function hasFiles(event: DragEvent): event is DragEvent & { dataTransfer: DataTransfer } {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
