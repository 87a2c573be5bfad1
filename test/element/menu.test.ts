// Plan: the menu by right click, by keys and by the button of the controls, with mouse and keys as the browser makes
// them. Roving focus, first letters, Esc with the focus back, Tab, a click beside it, scrolling. Each command: the
// clipboard or the file that is offered against what the element's methods give, an event, words in the live region;
// files that are chosen against files that are dropped.
// A refused clipboard and a failing command have a message. Off with `no-menu`; long presses are left alone. Axe,
// also in forced colours. Mirrored pages. Control: before the first use nothing of the menu is there.
import axe from 'axe-core';
import { FtleMapElement } from 'ftle-map/element';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { messageOf, mountIdle, nextEvent, SMALL, unmountAll } from '../support/element.ts';
import { clickMouse, emulateMedia } from '../support/input.ts';

const MAP = `dataset="xor" ${SMALL}`;
const ALL = [
  'Copy image',
  'Save as PNG',
  'Save as SVG',
  'Save as NPY',
  'Save network',
  'Copy as Python',
  'Copy as HTML',
  'Open file…',
];

let offered: { name: string; blob: Blob }[] = [];

beforeEach(() => {
  offered = [];
  const blobs = new Map<string, Blob>();
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    const address = `blob:test/${blobs.size}`;
    blobs.set(address, blob as Blob);
    return address;
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    offered.push({ name: this.download, blob: blobs.get(this.href)! });
  });
});

afterEach(async () => {
  unmountAll();
  vi.restoreAllMocks();
  document.documentElement.dir = '';
  document.body.style.cssText = '';
  scrollTo(0, 0);
  history.replaceState(null, '', location.pathname + location.search);
  await emulateMedia({ 'forced-colors': '' });
});

const shadowOf = (element: FtleMapElement): ShadowRoot => element.shadowRoot!;
const menuOf = (element: FtleMapElement): HTMLElement | null =>
  shadowOf(element).querySelector('[role=menu]');
const isOpen = (element: FtleMapElement): boolean =>
  menuOf(element)?.matches(':popover-open') ?? false;
const itemsOf = (element: FtleMapElement): HTMLElement[] => [
  ...menuOf(element)!.querySelectorAll<HTMLElement>('[role=menuitem]'),
];
const focusedText = (element: FtleMapElement): string =>
  shadowOf(element).activeElement?.textContent.trim() ?? '';
const picturesOf = (element: FtleMapElement): HTMLElement =>
  shadowOf(element).querySelector<HTMLElement>('.pictures')!;
const hintOf = (element: FtleMapElement): string =>
  shadowOf(element).querySelector('.hint')!.textContent;

function middleOf(element: Element): [number, number] {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}

/** A right click in the middle of the map. */
async function rightClick(element: FtleMapElement): Promise<void> {
  await clickMouse(middleOf(picturesOf(element)), 1, [], 'right');
  await vi.waitFor(() => expect(isOpen(element)).toBe(true));
}

async function choose(element: FtleMapElement, label: string): Promise<void> {
  itemsOf(element)
    .find((item) => item.textContent === label)!
    .click();
  await vi.waitFor(() => expect(isOpen(element)).toBe(false));
}

/** Takes what is put on the clipboard; tests have no say over that of the machine. */
function watchClipboard(): ClipboardItem[] {
  const items: ClipboardItem[] = [];
  vi.spyOn(navigator.clipboard, 'write').mockImplementation(async (written) => {
    for (const item of written) {
      for (const type of item.types) await item.getType(type);
      items.push(item);
    }
  });
  return items;
}

describe('the menu', () => {
  it('comes by right click where the pointer is, and goes with Esc', async () => {
    const element = await mountIdle(MAP);
    expect(menuOf(element)).toBeNull();
    let selectCount = 0;
    element.addEventListener('ftle-select', () => selectCount++);
    await rightClick(element);
    expect(itemsOf(element).map((item) => item.textContent)).toEqual(ALL);
    expect(focusedText(element)).toBe('Copy image');
    const [x, y] = middleOf(picturesOf(element));
    const box = menuOf(element)!.getBoundingClientRect();
    expect(Math.abs(box.left - x)).toBeLessThan(2);
    expect(box.top).toBeLessThan(y + 2);
    expect(box.bottom).toBeLessThanOrEqual(innerHeight);
    await userEvent.keyboard('{Escape}');
    expect(isOpen(element)).toBe(false);
    expect(selectCount).toBe(0);
  });

  it('has arrow keys, Home, End and first letters', async () => {
    const element = await mountIdle(MAP);
    const domain = element.domain;
    await rightClick(element);
    const walk = async (keys: string): Promise<string> => {
      await userEvent.keyboard(keys);
      return focusedText(element);
    };
    expect(await walk('{ArrowDown}')).toBe('Save as PNG');
    expect(await walk('{ArrowUp}{ArrowUp}')).toBe('Open file…');
    expect(await walk('{ArrowDown}')).toBe('Copy image');
    expect(await walk('{End}')).toBe('Open file…');
    expect(await walk('{Home}')).toBe('Copy image');
    expect(await walk('s')).toBe('Save as PNG');
    expect(await walk('s')).toBe('Save as SVG');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await walk('save n')).toBe('Save network');
    // Arrows in the menu do not move the map.
    expect(element.domain).toBe(domain);
    const focusable = itemsOf(element).filter((item) => item.tabIndex === 0);
    expect(focusable).toEqual([]);
  });

  it.each(['{ContextMenu}', '{Shift>}{F10}{/Shift}'])('comes by %s', async (keys) => {
    const element = await mountIdle(`probe ${MAP}`);
    picturesOf(element).focus();
    await userEvent.keyboard(keys);
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    await userEvent.keyboard('{Escape}');
    expect(shadowOf(element).activeElement).toBe(picturesOf(element));

    await vi.waitFor(() => expect(shadowOf(element).querySelector('.cursor')).not.toBeNull());
    const cursor = shadowOf(element).querySelector<HTMLElement>('.cursor')!;
    cursor.focus();
    await userEvent.keyboard(keys);
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    await userEvent.keyboard('{Escape}');
    expect(shadowOf(element).activeElement).toBe(cursor);
  });

  it('comes and goes by the button of the controls', async () => {
    const element = await mountIdle(`controls ${MAP}`);
    const button = shadowOf(element).querySelector<HTMLButtonElement>('[aria-haspopup=menu]')!;
    expect(button.ariaExpanded).toBe('false');
    await clickMouse(middleOf(button));
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    expect(button.ariaExpanded).toBe('true');
    await clickMouse(middleOf(button));
    expect(isOpen(element)).toBe(false);
    expect(button.ariaExpanded).toBe('false');
    await clickMouse(middleOf(button));
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    await userEvent.keyboard('{Escape}');
    expect(shadowOf(element).activeElement).toBe(button);
  });

  it('goes when the focus goes: by Tab, by a click beside it, by scrolling', async () => {
    const element = await mountIdle(`controls ${MAP}`);
    document.body.style.minHeight = '300vh';
    await rightClick(element);
    await userEvent.keyboard('{Tab}');
    expect(isOpen(element)).toBe(false);
    await rightClick(element);
    await clickMouse([element.getBoundingClientRect().right + 40, 5]);
    expect(isOpen(element)).toBe(false);
    await rightClick(element);
    scrollTo(0, 50);
    await vi.waitFor(() => expect(isOpen(element)).toBe(false));
  });

  it('opens towards the start where pages are mirrored, within the window', async () => {
    document.documentElement.dir = 'rtl';
    const element = await mountIdle(MAP);
    await rightClick(element);
    const [x] = middleOf(picturesOf(element));
    expect(Math.abs(menuOf(element)!.getBoundingClientRect().right - x)).toBeLessThan(2);
    const words = document
      .createTreeWalker(itemsOf(element).at(-1)!, NodeFilter.SHOW_TEXT)
      .nextNode()!;
    const placeOf = (index: number): number => {
      const letter = new Range();
      letter.setStart(words, index);
      letter.setEnd(words, index + 1);
      return letter.getBoundingClientRect().left;
    };
    expect(placeOf('Open file'.length)).toBeGreaterThan(placeOf(0));
    await userEvent.keyboard('{Escape}');
    document.documentElement.dir = '';
    element.parentElement!.style.cssText = 'position: fixed; right: 0; bottom: 0';
    const box = picturesOf(element).getBoundingClientRect();
    await clickMouse([box.right - 4, box.bottom - 4], 1, [], 'right');
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    const { right, bottom } = menuOf(element)!.getBoundingClientRect();
    expect(right).toBeLessThanOrEqual(innerWidth);
    expect(bottom).toBeLessThanOrEqual(innerHeight);
  });

  it('has nothing that axe objects to', async () => {
    const element = await mountIdle(`controls ${MAP}`);
    for (const colors of ['', 'active']) {
      await emulateMedia({ 'forced-colors': colors });
      await rightClick(element);
      const { violations } = await axe.run(element, { resultTypes: ['violations'] });
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([]);
      const focused = shadowOf(element).activeElement!;
      expect(getComputedStyle(focused).outlineStyle).toBe('solid');
      await userEvent.keyboard('{Escape}');
    }
  });

  it('is off with no-menu, and leaves long presses and messages alone', async () => {
    const element = await mountIdle(`controls ${MAP}`);
    const ask = (target: Element, pointerType: string): boolean => {
      const event = new PointerEvent('contextmenu', {
        bubbles: true,
        composed: true,
        cancelable: true,
        button: 2,
        pointerType,
      });
      target.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(ask(picturesOf(element), 'touch')).toBe(false);
    expect(ask(shadowOf(element).querySelector('[role=alert]')!, 'mouse')).toBe(false);
    expect(ask(picturesOf(element), 'mouse')).toBe(true);
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    await userEvent.keyboard('{Escape}');
    element.noMenu = true;
    await element.updateComplete;
    expect(ask(picturesOf(element), 'mouse')).toBe(false);
    expect(shadowOf(element).querySelector('[aria-haspopup=menu]')).toBeNull();
    picturesOf(element).focus();
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    expect(isOpen(element)).toBe(false);
  });
});

describe('a command', () => {
  it.each([
    ['Save as PNG', 'map.png', 'image/png', [137, 80, 78, 71]],
    ['Save as SVG', 'map.svg', 'image/svg+xml', [60, 115, 118, 103]],
    ['Save as NPY', 'map.npy', 'application/x-npy', [147, 78, 85, 77]],
    ['Save network', 'network.safetensors', 'application/octet-stream', null],
  ] as const)('%s offers %s', async (label, name, type, start) => {
    const element = await mountIdle(MAP);
    await rightClick(element);
    const saved = nextEvent(element, 'ftle-save');
    await choose(element, label);
    const { detail } = await saved;
    expect(offered).toHaveLength(1);
    expect(offered[0]).toEqual({ name, blob: detail.blob });
    expect(detail.name).toBe(name);
    expect(detail.blob.type).toBe(type);
    const bytes = new Uint8Array(await detail.blob.arrayBuffer());
    if (start) expect([...bytes.subarray(0, 4)]).toEqual(start);
    else expect(bytes).toEqual(new Uint8Array(await (await element.networkBlob()).arrayBuffer()));
    expect(hintOf(element)).toBe(`Saved ${name}`);
  });

  it('copies the image as it is on screen', async () => {
    const items = watchClipboard();
    const element = await mountIdle(MAP);
    await rightClick(element);
    const copied = nextEvent(element, 'ftle-copy');
    await choose(element, 'Copy image');
    expect((await copied).detail).toEqual({ kind: 'image' });
    const blob = await items[0].getType('image/png');
    const bitmap = await createImageBitmap(blob);
    const canvas = shadowOf(element).querySelector('canvas')!;
    expect([bitmap.width, bitmap.height]).toEqual([canvas.width, canvas.height]);
    expect(hintOf(element)).toBe('Copied.');
  });

  it('copies link, Python and HTML as the methods give them', async () => {
    const items = watchClipboard();
    const element = await mountIdle(`hash="menu" controls seed="3" ${MAP}`);
    element.layer = 2;
    await element.whenIdle();
    const methods = {
      'Copy link': async () => (await element.link()).address,
      'Copy as Python': () => element.pythonCode(),
      'Copy as HTML': () => element.embedCode(),
    };
    for (const [label, method] of Object.entries(methods)) {
      items.length = 0;
      await rightClick(element);
      expect(itemsOf(element)).toHaveLength(ALL.length + 1);
      const copied = nextEvent(element, 'ftle-copy');
      await choose(element, label);
      await copied;
      expect(await (await items[0].getType('text/plain')).text()).toBe(await method());
    }
    const html = await element.embedCode();
    expect(html).toContain(
      '<ftle-map dataset="xor" architecture="2-6x3-1" seed="3" layer="2" controls></ftle-map>',
    );
    expect(await element.embedCode({ controls: false, autoplay: true })).toContain(
      'layer="2" autoplay></ftle-map>',
    );
    expect(await element.pythonCode()).toContain('span = 2 ');
  });

  it('opens files that are chosen, as if they were dropped', async () => {
    const element = await mountIdle(MAP);
    const inputs: HTMLInputElement[] = [];
    vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (
      this: HTMLInputElement,
    ) {
      inputs.push(this);
    });
    picturesOf(element).focus();
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    await vi.waitFor(() => expect(isOpen(element)).toBe(true));
    await userEvent.keyboard('open{Enter}');
    expect(inputs).toMatchObject([{ type: 'file', multiple: true }]);
    expect(element.files).toBeNull();

    const network = await element.networkBlob('json');
    const chosen = new DataTransfer();
    chosen.items.add(new File([network], 'chosen.json'));
    inputs[0].files = chosen.files;
    const [changed, loaded] = [nextEvent(element, 'ftle-change'), nextEvent(element, 'ftle-load')];
    inputs[0].dispatchEvent(new Event('change'));
    expect((await changed).detail).toEqual({ name: 'files' });
    expect((await loaded).detail.name).toBe('chosen.json');
    expect(shadowOf(element).activeElement).toBe(picturesOf(element));
  });

  it('says what a tag cannot hold, and quotes what it holds', async () => {
    const element = await mountIdle(MAP);
    element.datasetName = null;
    element.architecture = '2-"<b>&-1';
    element.planePoints = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    const html = await element.embedCode();
    expect(html).toContain('<!-- set by script, so not in the tag: planePoints -->');
    const parsed = new DOMParser().parseFromString(html, 'text/html').querySelector('ftle-map')!;
    expect(parsed.getAttribute('architecture')).toBe('2-"<b>&-1');
  });

  it('names the script in HTML where there is one, and else says where to find it', async () => {
    const element = await mountIdle(MAP);
    const scriptOf = (html: string) =>
      new DOMParser().parseFromString(html, 'text/html').querySelector('script')!;
    expect(FtleMapElement.script).toBeNull();
    const plain = await element.embedCode();
    expect(scriptOf(plain).getAttribute('src')).toBe('ftle-map.js');
    expect(plain).toContain('<!-- put ftle-map.js beside the page: it is in dist of the package');

    FtleMapElement.script = 'scripts/a"&.js';
    onTestFinished(() => {
      FtleMapElement.script = null;
    });
    const named = await element.embedCode();
    expect(scriptOf(named).src).toBe(new URL('scripts/a"&.js', document.baseURI).href);
    expect(named).not.toContain('<!--');
  });

  it('has words for a clipboard that is refused', async () => {
    const element = await mountIdle(MAP);
    vi.spyOn(navigator.clipboard, 'write').mockRejectedValue(
      new DOMException('Write permission denied.', 'NotAllowedError'),
    );
    let copyCount = 0;
    element.addEventListener('ftle-copy', () => copyCount++);
    await rightClick(element);
    await choose(element, 'Copy as HTML');
    await vi.waitFor(() =>
      expect(hintOf(element)).toBe(
        'Nothing copied, the browser refuses the clipboard: Write permission denied.',
      ),
    );
    expect(copyCount).toBe(0);
    expect(messageOf(element)).toBe('');
  });
});
