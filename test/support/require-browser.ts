import { findBrowser } from '../../tools/browser.mjs';

/** Global set-up of the projects that need a browser: fails early, with what to do. */
export function setup(): void {
  if (findBrowser()) return;
  throw new Error('no browser found; `node tools/find-browser.mjs` finds or installs one');
}
