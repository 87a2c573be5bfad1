// Twelve live maps on one page and one device: widths and depths of Fig. 2.
import type { FtleMapElement } from 'ftle-map/element';
import './element.ts';
import { find, messageOf } from './page.ts';

const WIDTHS = [10, 50, 250];
const DEPTHS = [2, 4, 8, 12];
/** By width: steps must be shorter the wider the layers are. With this momentum they go ten times as far. */
const RATES: Readonly<Record<number, number>> = { 10: 0.01, 50: 0.004, 250: 0.002 };
const MOMENTUM = 0.9;

/** Pixels of a side; without a GPU a picture of N = 250 would take most of a minute. */
const RESOLUTION = 96;
const COARSE_RESOLUTION = 24;

/** Milliseconds that a map trains for where they take turns, and at most, if it has taken no step by then. */
const TURN = 5000;
const LONGEST_TURN = 30_000;

function createMap(width: number, depth: number): FtleMapElement {
  const map = document.createElement('ftle-map');
  const attributes = {
    dataset: 'circle',
    architecture: `2-${width}x${depth}-1`,
    'learning-rate': String(RATES[width]),
    momentum: String(MOMENTUM),
    range: '-4,4',
    domain: '-1.8,-1.8,1.8,1.8',
    directions: '',
    boundary: '',
    'no-colorbar': '',
    resolution: String(width < 250 ? RESOLUTION : COARSE_RESOLUTION),
  };
  for (const [name, value] of Object.entries(attributes)) map.setAttribute(name, value);
  return map;
}

const maps = WIDTHS.flatMap((width) =>
  DEPTHS.map((depth) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const name = `N = ${width}, L = ${depth}`;
    caption.textContent = name;
    const map = createMap(width, depth);
    map.addEventListener('ftle-training', ({ detail: { stepCount, testAccuracy } }) => {
      const steps = stepCount.toLocaleString('en');
      const accuracy = `${(100 * testAccuracy).toFixed(1)} %`;
      caption.textContent = stepCount > 0 ? `${name}: ${steps} steps, ${accuracy}` : name;
    });
    figure.append(map, caption);
    find('#maps').append(figure);
    return map;
  }),
);

const play = find<HTMLButtonElement>('#play');
let isPlaying = false;

/**
 * Whether maps take turns: without a GPU the pictures of twelve at once would take the time that a step of the
 * widest needs.
 */
const takesTurns = (): boolean =>
  maps.some(
    ({ backendInUse, description }) =>
      backendInUse === 'cpu' || /swiftshader|llvmpipe|lavapipe|basic/i.test(description),
  );

function isInSight(map: FtleMapElement): boolean {
  const { top, bottom } = map.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function showState(): void {
  play.textContent = isPlaying ? 'Pause' : 'Train';
  const what = takesTurns()
    ? 'those in sight train in turn: below is what to expect'
    : 'those in sight are training';
  find('#state').textContent = isPlaying ? what : '';
  find('#slow').hidden = !takesTurns();
}

function setTraining(wants: (map: FtleMapElement) => boolean): void {
  for (const map of maps) {
    if (wants(map)) map.play();
    else map.pause();
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;

const stepsOf = (map: FtleMapElement): number => map.status?.stepCount ?? 0;

/** Has the next map in sight train, and the others rest, for a turn. */
function takeTurn(last: number): void {
  const order = maps.map((_, i) => (last + 1 + i) % maps.length);
  const next = order.find((i) => isInSight(maps[i])) ?? order[0];
  const map = maps[next];
  setTraining((one) => one === map);
  const [before, start] = [stepsOf(map), performance.now()];
  const look = (): void => {
    const isStuck = stepsOf(map) === before && performance.now() - start < LONGEST_TURN;
    if (isStuck) timer = setTimeout(look, TURN / 10);
    else takeTurn(next);
  };
  timer = setTimeout(look, TURN);
}

play.addEventListener('click', () => {
  isPlaying = !isPlaying;
  clearTimeout(timer);
  if (isPlaying && takesTurns()) takeTurn(-1);
  else setTraining(() => isPlaying);
  showState();
});
find('#reset').addEventListener('click', () => {
  const captions = document.querySelectorAll('figcaption');
  const forget = (): void => {
    for (const caption of captions) caption.textContent = caption.textContent.replace(/:.*/, '');
  };
  Promise.all(maps.map((map) => map.reset())).then(forget, (error: unknown) => {
    find('#state').textContent = messageOf(error);
  });
});
for (const map of maps) {
  map.addEventListener('ftle-ready', () => {
    if (!takesTurns()) map.resolution = RESOLUTION;
    showState();
  });
}
showState();
