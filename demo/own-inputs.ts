import { axesPlane } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { meanOf, rowOf, squareOf, type Data } from './own-data.ts';
import { guessShape, readShape, type ImageShape } from './own-image.ts';
import type { Sample } from './own-samples.ts';
import { find, messageOf } from './page.ts';

/** Ways to lay a plane through the inputs, as the form names them. */
type PlaneWay = 'axes' | 'points' | 'data';

/** The form of plane, exponents and image shape: what it says goes to the map. */
export class InputsForm {
  readonly #form = find<HTMLFormElement>('#inputs');
  #data: Data | null = null;
  #inputWidth = 2;

  /** @param showError - told what is wrong with the form, or an empty text. */
  constructor(
    readonly map: FtleMapElement,
    readonly showError: (text: string) => void,
  ) {
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('change', (event) => {
      if (event.target instanceof Element && event.target.matches('[name=shape]')) {
        this.#form.dispatchEvent(new Event('shape', { bubbles: true }));
      } else this.apply();
    });
  }

  get data(): Data | null {
    return this.#data;
  }

  /** null where inputs are no image. */
  get shape(): ImageShape | null {
    const field = this.#field<HTMLInputElement>('shape');
    try {
      field.setCustomValidity('');
      return readShape(field.value, this.#inputWidth);
    } catch (error) {
      field.setCustomValidity(messageOf(error));
      field.reportValidity();
      return null;
    }
  }

  /** Starts anew with a network that is on its way, and data that came with it. */
  reset(data: Data | null, sample: Sample | null): void {
    this.#data = data;
    this.#field('by').value = sample?.by ?? (data ? 'data' : 'axes');
    this.#field('others').value = data ? 'mean' : 'zero';
    this.#setNumbers(['s', 't'], sample?.axes ?? [0, 1]);
    this.#setNumbers(['first', 'second', 'third'], sample?.rows ?? [0, 1, 2]);
    // The first two inputs are the map's own choice, whatever network comes.
    if (data) this.apply();
    else this.#setPlane({}, null);
  }

  /** Takes data for the network that is there. */
  takeData(data: Data): void {
    if (data.width !== this.#inputWidth) {
      throw new Error(
        `${data.name} has rows of ${data.width} numbers, but the network has ${this.#inputWidth} inputs`,
      );
    }
    this.#data = data;
    if (this.#inputWidth > 2) this.#field('by').value = 'data';
    this.#show();
    this.apply();
  }

  /** Fits the form to the network that is shown now. */
  fit(inputWidth: number): void {
    this.#inputWidth = inputWidth;
    if (this.#data && this.#data.width !== inputWidth) this.#data = null;
    this.#form.hidden = inputWidth <= 2;
    for (const name of ['s', 't']) {
      this.#field<HTMLInputElement>(name).max = String(inputWidth - 1);
    }
    this.#field('shape').value = guessShape(inputWidth);
    this.#show();
  }

  /** Gives the map what the form says. */
  apply(): void {
    this.showError('');
    this.#show();
    const { map } = this;
    map.space = this.#form.querySelector<HTMLInputElement>('[name=space]:checked')!
      .value as typeof map.space;
    try {
      this.#applyPlane();
    } catch (error) {
      this.showError(messageOf(error));
    }
  }

  #applyPlane(): void {
    const data = this.#data;
    const way = this.#field('by').value as PlaneWay;
    if (way === 'points' && data) {
      const [first, second, third] = ['first', 'second', 'third'].map((name) =>
        rowOf(data, this.#number(name)),
      );
      this.#setPlane({ planePoints: [first, second, third] }, null);
    } else if (way === 'data' && data) this.#setPlane({ planeData: data.points }, null);
    else {
      const axes: [number, number] = [this.#number('s'), this.#number('t')];
      const isMean = data && this.#field('others').value === 'mean';
      const plane = isMean ? axesPlane(data.width, axes, meanOf(data)) : null;
      this.#setPlane(plane ? { plane } : { planeAxes: axes }, data && squareOf(data, axes));
    }
  }

  #setPlane(
    plane: Partial<Pick<FtleMapElement, 'plane' | 'planeAxes' | 'planePoints' | 'planeData'>>,
    domain: FtleMapElement['domain'],
  ): void {
    const none = { plane: null, planeAxes: null, planePoints: null, planeData: null };
    Object.assign(this.map, none, plane, { domain });
    const rounded = domain?.map((value) => Number(value.toPrecision(3)));
    find<HTMLInputElement>('#picture [name=domain]').value = rounded?.join(',') ?? '';
  }

  /** Shows the fields that the choice needs, and what can be chosen. */
  #show(): void {
    const data = this.#data;
    const by = this.#field<HTMLSelectElement>('by');
    if (!data && by.value !== 'axes') by.value = 'axes';
    for (const option of by.options) option.disabled = option.value !== 'axes' && !data;
    const others = this.#field<HTMLSelectElement>('others');
    others.options[1].disabled = !data;
    if (!data) others.value = 'zero';
    for (const field of this.#form.querySelectorAll<HTMLElement>('[data-by]')) {
      field.hidden = field.dataset.by !== by.value;
    }
    for (const name of ['first', 'second', 'third']) {
      this.#field<HTMLInputElement>(name).max = String((data?.count ?? 1) - 1);
    }
    find('#data-line').textContent = data
      ? `Data: ${data.name}, ${data.count} rows of ${data.width}.`
      : 'Drop rows of inputs as an NPY file for planes through them.';
  }

  #field<T extends HTMLInputElement | HTMLSelectElement>(name: string): T {
    return find<T>(`[name=${name}]`, this.#form);
  }

  #number(name: string): number {
    const { value } = this.#field(name);
    return value === '' ? NaN : Number(value);
  }

  #setNumbers(names: readonly string[], values: readonly number[]): void {
    names.forEach((name, i) => (this.#field(name).value = String(values[i])));
  }
}
