import { cdp } from 'vitest/browser';

/*
 * What only the browser itself can do, through its debugging protocol. Mouse, wheel, fingers and keys that
 * unlike events made by scripts scroll the page, move the focus and become clicks; places are those of this
 * page, which the test runner shows in a frame. And preferences, memory and paper.
 */

/** What is used of the protocol; vitest leaves its type empty. */
interface Session {
  send(method: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown>;
}

type Place = readonly [x: number, y: number];

const MODIFIERS = { alt: 1, ctrl: 2, meta: 4, shift: 8 } as const;
export type Modifier = keyof typeof MODIFIERS;

function send(method: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
  return (cdp() as unknown as Session).send(method, parameters);
}

/** A place of this page in the window that holds the frame. */
function inWindow([x, y]: Place): { x: number; y: number } {
  const frame = window.frameElement;
  if (!frame) return { x, y };
  const box = frame.getBoundingClientRect();
  return {
    x: box.left + (x * box.width) / innerWidth,
    y: box.top + (y * box.height) / innerHeight,
  };
}

function modifierBits(held: readonly Modifier[]): number {
  return held.reduce((bits, name) => bits | MODIFIERS[name], 0);
}

async function mouse(
  type: string,
  place: Place,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await send('Input.dispatchMouseEvent', { type, ...inWindow(place), button: 'none', ...more });
}

/** Presses at the first place and moves over the others, with the button down. */
export async function pressMouse(
  places: readonly Place[],
  held: readonly Modifier[] = [],
): Promise<void> {
  const modifiers = modifierBits(held);
  const pressed = { modifiers, button: 'left', clickCount: 1 };
  await mouse('mouseMoved', places[0], { modifiers });
  await mouse('mousePressed', places[0], { ...pressed, buttons: 1 });
  for (const place of places.slice(1)) await mouse('mouseMoved', place, { ...pressed, buttons: 1 });
}

/** Moves over places with no button down. */
export async function moveMouse(places: readonly Place[]): Promise<void> {
  for (const place of places) await mouse('mouseMoved', place);
}

/** Presses at the first place, moves over the others, and lets go at the last. */
export async function dragMouse(
  places: readonly Place[],
  held: readonly Modifier[] = [],
): Promise<void> {
  await pressMouse(places, held);
  const modifiers = modifierBits(held);
  await mouse('mouseReleased', places.at(-1)!, { modifiers, button: 'left', clickCount: 1 });
}

export async function clickMouse(
  place: Place,
  times = 1,
  held: readonly Modifier[] = [],
  button: 'left' | 'right' = 'left',
): Promise<void> {
  const modifiers = modifierBits(held);
  const buttons = button === 'left' ? 1 : 2;
  for (let clickCount = 1; clickCount <= times; clickCount++) {
    await mouse('mousePressed', place, { modifiers, button, buttons, clickCount });
    await mouse('mouseReleased', place, { modifiers, button, clickCount });
  }
}

/** Turns the wheel; positive is away from the top of the page. */
export async function turnWheel(
  place: Place,
  deltaY: number,
  held: readonly Modifier[] = [],
): Promise<void> {
  await mouse('mouseWheel', place, { deltaX: 0, deltaY, modifiers: modifierBits(held) });
}

/** Puts fingers down, moves them together over places, one list a moment, and lifts them. */
export async function moveFingers(moments: readonly (readonly Place[])[]): Promise<void> {
  const points = (places: readonly Place[]) =>
    places.map((place, id) => ({ ...inWindow(place), id, force: 1 }));
  await send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(moments[0]) });
  for (const places of moments.slice(1)) {
    await send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(places) });
  }
  await send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

/** Makes the window that holds the frame so large, in CSS pixels, that the frame need not be scaled down; 0: as it was. */
export async function resizeWindow(width: number, height: number): Promise<void> {
  if (width === 0) await send('Emulation.clearDeviceMetricsOverride', {});
  else {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
    await send('Emulation.setDeviceMetricsOverride', metrics);
  }
}

/** Makes the browser tell pages that the user wants (no) motion, (no) forced colours. */
export async function emulateMedia(features: Readonly<Record<string, string>>): Promise<void> {
  const list = Object.entries(features).map(([name, value]) => ({ name, value }));
  await send('Emulation.setEmulatedMedia', { features: list });
}

/** Frees what nothing holds any more. */
export async function collectGarbage(): Promise<void> {
  await send('HeapProfiler.collectGarbage', {});
}

/** Prints the page, into a PDF that nobody reads. */
export async function printPage(): Promise<void> {
  await send('Page.printToPDF', { printBackground: false });
}
