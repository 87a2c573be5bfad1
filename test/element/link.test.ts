// Plan: what a map shows goes into the fragment of the address, and a map that starts with that fragment shows
// the same: data, architecture, seed, layer, quantity, flags put on and taken off, view, and the trained weights,
// bit for bit; of a locked range its bounds, of a surface its
// pose. Fragments of others stay. Links from strangers: another version, a cut-off network, one that
// inflates without end, a setting that is none: each a message, and the map goes on. Weights too many for
// a link are left out with a note. A changed fragment is followed, of
// several quick changes the last. Of two maps with one name the second says so. Controls: without `hash` the address stays,
// and a map that shows what its page says adds nothing to it.
import { createNetwork, initialiseNetwork, parseArchitecture } from 'ftle-map';
import type { FtleMapElement } from 'ftle-map/element';
import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { packNetwork, readFragment, unpackNetwork, writeFragment } from '../../src/element/link.ts';
import { countDifferent, mountIdle, readPicture, SMALL, unmountAll } from '../support/element.ts';

const START = `dataset="xor" samples no-colorbar hash ${SMALL}`;

function setFragment(fragment: string): void {
  history.replaceState(null, '', fragment || location.pathname + location.search);
}

afterEach(() => {
  unmountAll();
  setFragment('');
});

describe('a fragment', () => {
  it('says what was put into it', () => {
    const attributes = new Map([
      ['dataset', 'circle'],
      ['domain', '-1,-2.5,1e-7,3'],
      ['architecture', '2-10;x=&%-1'],
      ['ridges', ''],
      ['samples', null],
    ]);
    const content = { attributes, pose: '-60,35.5,0.8,0,0.1', network: 'a-b_c' };
    const fragment = writeFragment('#section&other=1;a', 'left', content);
    expect(fragment).toBe(
      '#section&other=1;a&left=1;dataset=circle;domain=-1,-2.5,1e-7,3;architecture=2-10%3Bx%3D%26%25-1;ridges;-samples;pose=-60,35.5,0.8,0,0.1;network=a-b_c',
    );
    expect(readFragment(fragment, 'left')).toEqual(content);
    expect(readFragment(fragment, 'right')).toBeNull();
    expect(writeFragment(fragment, 'left', null)).toBe('#section&other=1;a');
    expect(() => readFragment('#left=2;dataset=circle', 'left')).toThrow(/version 2.*reads 1/);
    expect(() => readFragment('#left=1;dataset=%E0%A4', 'left')).toThrow(
      /dataset in the link is cut off/,
    );
  });

  it('holds a network of 811 weights, and none that takes more room than a link has', async () => {
    const network = initialiseNetwork(parseArchitecture('2-10x8-1'), 3, {
      scheme: 'gaussian',
      variance: 1,
    });
    const packed = await packNetwork(network);
    console.log(`811 weights in ${packed!.length} characters`);
    expect(packed).toMatch(/^[\w-]{1000,8192}$/);
    const file = await unpackNetwork(packed!);
    expect(file.size).toBeGreaterThan(packed!.length);
    expect(await packNetwork(createNetwork(parseArchitecture('2-40x8-1')))).not.toBeNull();
    const large = initialiseNetwork(parseArchitecture('2-40x8-1'), 3, {
      scheme: 'gaussian',
      variance: 1,
    });
    expect(await packNetwork(large)).toBeNull();
  });

  it('takes no network that is cut off or inflates without end', async () => {
    await expect(unpackNetwork('A'.repeat(9000))).rejects.toThrow(/9000 characters/);
    await expect(unpackNetwork('%%%')).rejects.toThrow(/cut off or garbled/);
    const packed = await packNetwork(createNetwork(parseArchitecture('2-4-1')));
    await expect(unpackNetwork(packed!.slice(0, 40))).rejects.toThrow(/cut off or garbled/);
    const zeros = new Blob([new Uint8Array(2 ** 21)]).stream();
    const stream = zeros.pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const bomb = btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_');
    expect(bomb.length).toBeLessThan(8192);
    await expect(unpackNetwork(bomb)).rejects.toMatchObject({ cause: { message: /262144 bytes/ } });
  });
});

describe('a map and the address', () => {
  it('reopens as it was, with trained weights', async () => {
    const element = await mountIdle(START);
    expect(location.hash).toBe('');
    element.setAttribute('dataset', 'moons');
    element.architecture = '2-8x3-1';
    element.seed = 5;
    element.layer = 2;
    element.quantity = 'second-exponent';
    element.samples = false;
    element.boundary = true;
    element.domain = [-0.5, -0.25, 0.5, 0.75];
    await element.whenIdle();
    await element.step(30);
    await element.whenIdle();
    const { address, notes } = await element.link();
    expect(notes).toEqual([]);
    await expect.poll(() => location.hash).toBe(new URL(address).hash);
    expect(location.hash).toMatch(
      /^#ftle=1;dataset=moons;architecture=2-8x3-1;.*-samples;.*network=/,
    );
    const { parameters } = element.network!;
    const picture = await readPicture(element);
    unmountAll();

    const again = await mountIdle(START);
    expect(again).toMatchObject({
      datasetName: 'moons',
      architecture: '2-8x3-1',
      seed: 5,
      layer: 2,
      quantity: 'second-exponent',
      samples: false,
      boundary: true,
      domain: [-0.5, -0.25, 0.5, 0.75],
    });
    expect(again.error).toBeNull();
    expect(again.network!.parameters).toEqual(parameters);
    expect(countDifferent(await readPicture(again), picture)).toBeLessThan(
      0.02 * picture.data.length,
    );

    // Home is the page's own, and another network is one that its settings make.
    again.shadowRoot!.querySelector<HTMLElement>('.pictures')!.focus();
    again.seed = 6;
    await again.whenIdle();
    expect(again.files).toBeNull();
    expect(again.network!.parameters).not.toEqual(parameters);
  });

  it('leaves addresses alone that are not its own', async () => {
    setFragment('#section');
    const element = await mountIdle(START.replace('hash', ''));
    element.layer = 1;
    await element.whenIdle();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(location.hash).toBe('#section');
    await expect(element.link()).rejects.toThrow(/attribute hash/);

    element.setAttribute('hash', 'left');
    await element.whenIdle();
    element.layer = 2;
    await expect.poll(() => location.hash).toMatch(/^#section&left=1;.*layer=2/);
    element.layer = 1;
    await expect.poll(() => location.hash).toBe('#section');
  });

  it('is kept by one map of a name, and the other says so', async () => {
    const left = await mountIdle(START);
    const right = await mountIdle(START);
    expect(left.error).toBeNull();
    expect(right.error!.message).toMatch(
      /^hash is "ftle" in two maps of this page.*hash="ftle-2"$/,
    );
    await expect(right.link()).rejects.toThrow(/two maps/);
    left.layer = 1;
    right.layer = 2;
    await expect.poll(() => location.hash).toMatch(/^#ftle=1;.*layer=1/);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(location.hash).toMatch(/^#ftle=1;[^&]*layer=1[^&]*$/);

    right.hash = 'right';
    await expect.poll(() => right.error).toBeNull();
    right.layer = 3;
    await expect.poll(() => location.hash).toMatch(/layer=1.*&right=1;.*layer=3/);

    right.hash = 'ftle';
    await expect.poll(() => right.error).not.toBeNull();
    left.remove();
    await expect.poll(() => right.error).toBeNull();
    right.layer = 2;
    await expect.poll(() => location.hash).toMatch(/ftle=1;[^&]*layer=2/);
  });

  it('is followed when it changes', async () => {
    const element = await mountIdle(START);
    location.hash = '#ftle=1;layer=1;domain=0,0,1,1;-samples';
    await expect.poll(() => element.layer).toBe(1);
    await element.whenIdle();
    expect(element).toMatchObject({ samples: false, domain: [0, 0, 1, 1] });
    location.hash = '#ftle=1;layer=2';
    await expect.poll(() => element.layer).toBe(2);
    expect(element).toMatchObject({ samples: true, domain: null });
  });

  it('is followed to the last of quick changes, though an earlier one takes longer to read', async () => {
    const packed = await packNetwork(createNetwork(parseArchitecture('2-4-1')));
    const element = await mountIdle(START);
    const follow = (fragment: string): void => {
      setFragment(fragment);
      dispatchEvent(new HashChangeEvent('hashchange'));
    };
    for (const slow of [`network=${packed!}`, 'network=abcd']) {
      follow(`#ftle=1;layer=1;${slow}`);
      follow('#ftle=1;layer=2');
      // Longer than it takes to read the first.
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(element).toMatchObject({ layer: 2, files: null, error: null });
    }
  });

  it('says what is wrong with a link and shows the page as it is', async () => {
    for (const [fragment, message] of [
      ['#ftle=7;layer=1', /version 7/],
      ['#ftle=1;layer=1;network=abcd', /network in the link is cut off/],
      ['#ftle=1;layer=soon', /layer is "soon"/],
      ['#ftle=1;domain=1,1,0,0', /has no area/],
      ['#ftle=1;surface;pose=1,2,3', /pose is "1,2,3", but must be azimuth/],
      ['#ftle=1;src=https://elsewhere.invalid/x.onnx;autoplay', null],
    ] as const) {
      setFragment(fragment);
      const element = await mountIdle(START);
      if (message) expect(element.error!.message, fragment).toMatch(message);
      else expect(element.error, fragment).toBeNull();
      expect(element.frame, fragment).not.toBeNull();
      expect(element).toMatchObject({
        src: null,
        autoplay: false,
        layer: message && /soon/.test(fragment) ? 'soon' : 'last',
      });
      unmountAll();
    }
  });

  it('has the bounds of a locked range, which another field would not give', async () => {
    const element = await mountIdle(START);
    element.range = 'locked';
    await element.whenIdle();
    element.layer = 1;
    await element.whenIdle();
    const { low, high } = element.frame!;
    const picture = await readPicture(element);
    const { address } = await element.link();
    const written = /;range=([^;]+)/.exec(address)![1].split(',').map(Number);
    [low, high].forEach((bound, i) => expect(written[i]).toBeCloseTo(bound, 4));
    expect(await element.embedCode()).toContain(` range="${written.join(',')}"`);
    await expect.poll(() => location.href).toBe(address);
    unmountAll();

    const again = await mountIdle(START);
    expect(again.range).toEqual(written);
    const different = countDifferent(await readPicture(again), picture);
    expect(different).toBeLessThan(0.02 * picture.data.length);
    // Control: the bounds that this field has by itself.
    again.range = 'auto';
    await again.whenIdle();
    expect(again.frame!.high).not.toBeCloseTo(high, 2);
  });

  it('has the pose of a surface, and none of a map', async () => {
    const start = START.replace('samples', 'surface');
    const element = await mountIdle(start);
    expect((await element.link()).address).not.toContain('pose');
    element.shadowRoot!.querySelector<HTMLElement>('.pictures')!.focus();
    await userEvent.keyboard('{ArrowLeft}{ArrowUp}+{Shift>}{ArrowUp}{/Shift}');
    await expect.poll(() => location.hash).toMatch(/;pose=-42,49,0.5,[\d.]+,[\d.]+$/);
    const picture = await readPicture(element);
    const { address } = await element.link();
    const different = async (again: FtleMapElement): Promise<number> =>
      countDifferent(await readPicture(again), picture);
    location.hash = '';
    await expect.poll(() => different(element)).toBeGreaterThan((0.1 * picture.data.length) / 4);
    element.surface = false;
    await element.whenIdle();
    expect((await element.link()).address).not.toContain('pose');
    unmountAll();

    setFragment(new URL(address).hash);
    const again = await mountIdle(start);
    expect(await different(again)).toBeLessThan((0.05 * picture.data.length) / 4);
    // Links come from anywhere: no further than the user's keys would lead.
    location.hash = '#ftle=1;surface;pose=1e6,-1e6,0,1e9,-1e9';
    const label = (): string => again.shadowRoot!.querySelector('canvas')!.ariaLabel!;
    await expect.poll(label).toMatch(/5° above/);
    expect(again.error).toBeNull();
  });

  it('leaves many weights out with a note', async () => {
    const element = await mountIdle(START.replace('2-6x3-1', '2-64x3-1'));
    await element.step(1);
    await element.whenIdle();
    const { address, notes } = await element.link();
    expect(address).not.toContain('network=');
    expect(notes.join()).toMatch(/too many for a link/);
    const hint = element.shadowRoot!.querySelector('.navigation .hint')!;
    await expect.poll(() => hint.textContent).toMatch(/too many for a link/);
  });
});
