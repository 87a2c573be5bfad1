// Plan: a network of PyTorch (test/fixtures) by `src`, by `files` and by a real drop event gives the same picture
// and tells what was assumed; while files are held over the map it says so; a broken file, or several networks
// at once, gives the message and `ftle-error` once and leaves the picture; what is dragged besides files is left
// to the page; `src` set later wins; data that do not fit are left out aloud. Control: another activation gives
// another picture, and a removed element takes no drops.
import { AddressError } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  countColors,
  countDifferent,
  messageOf,
  mountIdle,
  nextEvent,
  readPicture,
  SMALL,
  unmountAll,
} from '../support/element.ts';

const ADDRESS = new URL('../fixtures/torch-tanh.safetensors', import.meta.url).href;
const START = `dataset="xor" ${SMALL}`;

let network: File;

beforeAll(async () => {
  network = new File([await (await fetch(ADDRESS)).arrayBuffer()], 'net.safetensors');
});
afterEach(unmountAll);

function drag(
  element: FtleMapElement,
  type: string,
  files: readonly File[] = [network],
): DragEvent {
  const dataTransfer = new DataTransfer();
  for (const file of files) dataTransfer.items.add(file);
  if (files.length === 0) dataTransfer.setData('text/plain', 'text');
  const event = new DragEvent(type, {
    dataTransfer,
    bubbles: true,
    cancelable: true,
    composed: true,
  });
  element.dispatchEvent(event);
  return event;
}

const hintOf = (element: FtleMapElement): string =>
  element.shadowRoot!.querySelector('.drop')?.textContent.trim() ?? '';

/** Errors that the element tells of from now on. */
function collectErrors(element: FtleMapElement): Error[] {
  const errors: Error[] = [];
  element.addEventListener('ftle-error', (event) => errors.push(event.detail.error));
  return errors;
}

describe('a network in a file', () => {
  it('comes by src, by files and by drop alike', async () => {
    const bySrc = await mountIdle(`src="${ADDRESS}" output-activation="tanh" ${SMALL}`);
    expect(messageOf(bySrc)).toBe('');
    expect(bySrc.network!.spec.layers.map(({ width }) => width)).toEqual([
      ...Array.from({ length: 8 }, () => 10),
      1,
    ]);
    expect(bySrc.network!.spec.layers[8].activation).toBe('tanh');
    expect(bySrc.file).toMatchObject({ name: ADDRESS, format: 'safetensors' });
    expect(bySrc.file!.notes.join()).toMatch(/hidden layers: tanh, the file does not say/);
    const hint = bySrc.shadowRoot!.querySelector('.navigation .hint')!;
    await expect.poll(() => hint.textContent).toMatch(/names no activation: tanh is assumed/);
    const picture = await readPicture(bySrc);
    expect(countColors(picture)).toBeGreaterThan(20);

    const byFiles = await mountIdle(SMALL);
    byFiles.files = [network];
    await byFiles.whenIdle();
    expect(countDifferent(await readPicture(byFiles), picture)).toBe(0);

    const byDrop = await mountIdle(SMALL);
    const loaded = nextEvent(byDrop, 'ftle-load');
    const changed = nextEvent(byDrop, 'ftle-change');
    expect(drag(byDrop, 'drop').defaultPrevented).toBe(true);
    expect((await changed).detail).toEqual({ name: 'files' });
    expect((await loaded).detail).toMatchObject({ name: 'net.safetensors', format: 'safetensors' });
    await byDrop.whenIdle();
    expect(countDifferent(await readPicture(byDrop), picture)).toBe(0);

    byDrop.activation = 'sine';
    await byDrop.whenIdle();
    expect(countDifferent(await readPicture(byDrop), picture)).toBeGreaterThan(1000);
  });

  it('is announced while it is held over the map', async () => {
    const element = await mountIdle(START);
    expect(hintOf(element)).toBe('');
    expect(drag(element, 'dragenter').defaultPrevented).toBe(true);
    expect(drag(element, 'dragover').defaultPrevented).toBe(true);
    await element.updateComplete;
    expect(hintOf(element)).toMatch(/^Drop a network/);
    drag(element, 'dragleave');
    await element.updateComplete;
    expect(hintOf(element)).toBe('');
    drag(element, 'dragover');
    drag(element, 'drop');
    await element.updateComplete;
    expect(hintOf(element)).toBe('');
  });

  it('gives way to src that is set later', async () => {
    const element = await mountIdle(SMALL);
    element.files = [network];
    await element.whenIdle();
    element.src = new URL('../fixtures/equinox-sine.safetensors', import.meta.url).href;
    await element.whenIdle();
    expect(element.files).toBeNull();
    expect(element.network!.depth).toBe(3);
  });

  it('of other inputs than the data leaves them out aloud', async () => {
    const element = await mountIdle(START);
    const address = new URL('../fixtures/flax-elu.safetensors', import.meta.url);
    const file = new File([await (await fetch(address)).arrayBuffer()], 'flax.safetensors');
    drag(element, 'drop', [file]);
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(element.network!.inputWidth).toBe(4);
    expect(element.file!.notes.at(-1)).toBe(
      'data set xor left out: it has 2 inputs and 1 output, the network 4 and 4',
    );
    // The page's author did choose both.
    element.src = address.href;
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/the network of src has 4 inputs, but data set xor has 2/);
  });
});

describe('what cannot be read', () => {
  it.each<[string, () => readonly File[], RegExp]>([
    [
      'a broken file',
      () => [new File([network.slice(0, 500)], 'cut')],
      /header's length .* was the file cut off/,
    ],
    [
      'a checkpoint',
      () => [new File(['PK\x03\x04'], 'net.pt')],
      /PyTorch checkpoint .*\.save_file/,
    ],
    ['two networks', () => [network, network], /^2 files hold 2 networks/],
  ])('%s shows its message and leaves the picture', async (_name, files, words) => {
    const element = await mountIdle(START);
    const before = await readPicture(element);
    const errors = collectErrors(element);
    drag(element, 'drop', files());
    await element.whenIdle();
    expect(messageOf(element)).toMatch(words);
    expect(errors.map(({ message }) => message)).toEqual([element.error!.message]);
    expect(countDifferent(await readPicture(element), before)).toBe(0);

    drag(element, 'drop');
    await element.whenIdle();
    expect(messageOf(element)).toBe('');
    expect(element.network!.depth).toBe(8);
  });

  it('such as text is left to the page', async () => {
    const element = await mountIdle(START);
    for (const type of ['dragenter', 'dragover', 'drop']) {
      expect(drag(element, type, []).defaultPrevented).toBe(false);
    }
    await element.updateComplete;
    expect(hintOf(element)).toBe('');
    expect(element.files).toBeNull();
  });

  it('as the property files says so', async () => {
    const element = await mountIdle(START);
    element.files = ['net.json'] as unknown as File[];
    await element.whenIdle();
    expect(messageOf(element)).toMatch(/^files is net\.json, but must be a list of File objects/);
  });

  it('for want of an address is an AddressError', async () => {
    const element = await mountIdle(START);
    element.src = '/no-such-network.safetensors';
    await element.whenIdle();
    expect(element.error).toBeInstanceOf(AddressError);
    expect(element.error).toMatchObject({ reason: 'missing' });
  });

  it('is not taken by an element that was removed', async () => {
    const element = await mountIdle(START);
    element.remove();
    await Promise.resolve();
    expect(drag(element, 'drop').defaultPrevented).toBe(false);
    expect(element.files).toBeNull();
  });
});
