// Twelve live maps on one page and one device: widths and depths of Fig. 2.
import type { FtleMapElement } from 'ftle-map/element';
import 'ftle-map/define';
import { find, messageOf } from './page.ts';

const WIDTHS = [10, 50, 250];
const DEPTHS = [2, 4, 8, 12];
/** By width: steps must be shorter the wider the layers are. */
const RATES: Readonly<Record<number, number>> = { 10: 0.05, 50: 0.02, 250: 0.005 };

function createMap(width: number, depth: number): FtleMapElement {
  const map = document.createElement('ftle-map');
  const attributes = {
    dataset: 'circle',
    architecture: `2-${width}x${depth}-1`,
    'learning-rate': String(RATES[width]),
    range: '-4,4',
    domain: '-1.8,-1.8,1.8,1.8',
    directions: '',
    boundary: '',
    'no-colorbar': '',
    resolution: '96',
  };
  for (const [name, value] of Object.entries(attributes)) map.setAttribute(name, value);
  return map;
}

const maps = WIDTHS.flatMap((width) =>
  DEPTHS.map((depth) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.textContent = `N = ${width}, L = ${depth}`;
    const map = createMap(width, depth);
    figure.append(map, caption);
    find('#maps').append(figure);
    return map;
  }),
);

const play = find<HTMLButtonElement>('#play');
let isPlaying = false;

function showState(): void {
  play.textContent = isPlaying ? 'Pause' : 'Train';
  find('#state').textContent = isPlaying ? 'those in sight are training' : '';
}

play.addEventListener('click', () => {
  isPlaying = !isPlaying;
  for (const map of maps) {
    if (isPlaying) map.play();
    else map.pause();
  }
  showState();
});
find('#reset').addEventListener('click', () => {
  Promise.all(maps.map((map) => map.reset())).catch((error: unknown) => {
    find('#state').textContent = messageOf(error);
  });
});
showState();
