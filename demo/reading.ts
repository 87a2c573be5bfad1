// Plots of what is read off the map: the profile along a line, and the histogram of the view.
import uPlot from 'uplot';
import type { FtleMapElement } from 'ftle-map/element';
import { axisStyle, CHART_HEIGHT, color } from './charts.ts';
import { find } from './page.ts';

type Point = readonly [x: number, y: number];

/** Milliseconds between two readings while the map changes. */
const PAUSE = 1000;
/** Height of the words below an axis, CSS pixels. */
const AXIS_LABEL = 24;
const POINTS = 401;
const BINS = 64;
/** Shorter drags, in CSS pixels, are clicks. */
const SHORTEST_DRAG = 6;

/** A plot that is made anew when the colours of the page change, and follows the width of its place. */
class Plot {
  #chart: uPlot;
  #data: uPlot.AlignedData;

  constructor(
    readonly place: HTMLElement,
    readonly createOptions: () => Omit<uPlot.Options, 'width' | 'height'>,
    empty: uPlot.AlignedData,
  ) {
    this.#data = empty;
    this.#chart = this.#create();
    new ResizeObserver(() => this.#chart.setSize(this.#size)).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#chart.destroy();
      this.#chart = this.#create();
    });
  }

  show(data: uPlot.AlignedData): void {
    this.#data = data;
    this.#chart.setData(data);
  }

  get #size(): { width: number; height: number } {
    return { width: Math.max(this.place.clientWidth, 200), height: CHART_HEIGHT + AXIS_LABEL };
  }

  #create(): uPlot {
    const options: uPlot.Options = {
      legend: { show: false },
      cursor: { show: false },
      ...this.createOptions(),
      ...this.#size,
    };
    return new uPlot(options, this.#data, this.place);
  }
}

/** Vertical dashed lines where the profile crosses the decision boundary. */
function drawCrossings(chart: uPlot, crossings: ArrayLike<number>): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = color('--ink');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const distance of Array.from(crossings)) {
    const x = chart.valToPos(distance, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * Draws both plots, and lets the user draw the line: by dragging with Alt held down, or by a button after which
 * two points are selected, with the pointer or with the probe's cursor.
 *
 * @param onError - told why a reading failed.
 */
export function createReadings(map: FtleMapElement, onError: (error: unknown) => void): void {
  let line: readonly [from: Point, to: Point] | null = null;
  let crossings: ArrayLike<number> = [];
  const axes = (label: string) => [
    { ...axisStyle(), label, labelSize: AXIS_LABEL },
    { ...axisStyle(), size: 56 },
  ];
  const profile = new Plot(
    find('#profile-chart'),
    () => ({
      scales: { x: { time: false } },
      axes: axes('distance from the start'),
      series: [
        {},
        { label: 'λ₁', stroke: color('--warm'), width: 1.5 },
        { label: 'λ₂', stroke: color('--accent'), width: 1.5 },
      ],
      hooks: { draw: [(chart) => drawCrossings(chart, crossings)] },
    }),
    [[], [], []],
  );
  const histogram = new Plot(
    find('#histogram-chart'),
    () => ({
      scales: { x: { time: false }, y: { range: (_, __, high) => [0, Math.max(high, 1)] } },
      axes: axes('λ₁, as the map scales it'),
      series: [
        {},
        {
          label: 'pixels',
          fill: color('--accent'),
          stroke: color('--accent'),
          paths: uPlot.paths.bars!({ size: [1] }),
        },
      ],
    }),
    [[], []],
  );

  const readProfile = async (): Promise<void> => {
    if (!line) return;
    const read = await map.profile(...line, POINTS);
    const scale = map.perLayer ? 1 : read.span;
    const values = (list: Float32Array): (number | null)[] =>
      Array.from(list, (value) => (Number.isFinite(value) ? scale * value : null));
    crossings = read.crossings;
    profile.show([Array.from(read.distance), values(read.exponents), values(read.secondExponents)]);
    const [from, to] = line.map((point) => point.map((value) => value.toFixed(2)).join(', '));
    const times = read.crossings.length;
    find('#profile-text').textContent =
      `From (${from}) to (${to}): λ₁ red, λ₂ blue; ${times} ${times === 1 ? 'crossing' : 'crossings'} of the decision boundary, dashed.`;
  };
  const readHistogram = async (): Promise<void> => {
    if (!map.frame) return;
    const { low, high, counts, span } = await map.histogram(BINS);
    const scale = map.perLayer ? 1 : span;
    const middles = Array.from(counts, (_, i) => scale * (low + ((i + 0.5) / BINS) * (high - low)));
    histogram.show([middles, Array.from(counts)]);
  };

  let isDue = false;
  let isReading = false;
  /** Reads anew, at most once a pause, as long as there is something new. */
  const update = async (): Promise<void> => {
    isDue = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isDue) {
        isDue = false;
        await readProfile();
        await readHistogram();
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } catch (error) {
      onError(error);
    } finally {
      isReading = false;
    }
  };

  const overlay = document.querySelector<SVGSVGElement>('#line')!;
  /** Draws the line over the map, wherever that is now. */
  const drawLine = (): void => {
    const box = map.getBoundingClientRect();
    const [low, high] = [map.pointAt(box.left, box.bottom), map.pointAt(box.right, box.top)];
    if (!line || !low || !high) return;
    const places = line.map(([x, y]) => [
      ((x - low[0]) / (high[0] - low[0])) * box.width,
      ((high[1] - y) / (high[1] - low[1])) * box.height,
    ]);
    overlay.setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
    for (const shape of overlay.querySelectorAll('line')) {
      ['x1', 'y1', 'x2', 'y2'].forEach((name, i) =>
        shape.setAttribute(name, String(places[i >> 1][i % 2])),
      );
    }
    overlay.removeAttribute('hidden');
  };
  const setLine = (from: Point, to: Point): void => {
    line = [from, to];
    drawLine();
    void readProfile().catch(onError);
  };

  followDrag(map, setLine);
  followPicks(map, setLine);
  new ResizeObserver(drawLine).observe(map);
  map.addEventListener('ftle-frame', () => {
    drawLine();
    void update();
  });
}

/** A line is drawn by dragging with Alt held down. */
function followDrag(map: FtleMapElement, onLine: (from: Point, to: Point) => void): void {
  let start: { readonly x: number; readonly y: number; readonly id: number } | null = null;
  let hasDragged = false;
  // Before the map, which would take a drag or a click for something else.
  const options = { capture: true };
  const take = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  map.addEventListener(
    'pointerdown',
    (event) => {
      hasDragged = false;
      if (!event.altKey || event.button !== 0) return;
      start = { x: event.clientX, y: event.clientY, id: event.pointerId };
      map.setPointerCapture(event.pointerId);
      take(event);
    },
    options,
  );
  map.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerId !== start?.id) return;
      take(event);
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < SHORTEST_DRAG) return;
      const [from, to] = [map.pointAt(start.x, start.y), map.pointAt(event.clientX, event.clientY)];
      hasDragged = true;
      if (from && to) onLine(from, to);
    },
    options,
  );
  const end = (event: PointerEvent): void => {
    if (event.pointerId !== start?.id) return;
    start = null;
    take(event);
  };
  map.addEventListener('pointerup', end, options);
  map.addEventListener('pointercancel', end, options);
  map.addEventListener(
    'click',
    (event) => {
      // Keys click too, without a press before.
      if (hasDragged && event.detail > 0) take(event);
      hasDragged = false;
    },
    options,
  );
}

/** A line is drawn between the next two points that are selected after the button was pressed. */
function followPicks(map: FtleMapElement, onLine: (from: Point, to: Point) => void): void {
  const hint = find('#profile-text');
  let picked: Point[] | null = null;
  find('#pick').addEventListener('click', () => {
    picked = [];
    map.probePanel = true;
    hint.textContent =
      'Select the first point: click it, or Tab to the probe, move it with the arrow keys and press Enter.';
  });
  map.addEventListener('ftle-select', ({ detail: { x, y } }) => {
    if (!picked) return;
    picked.push([x, y]);
    if (picked.length < 2) hint.textContent = 'Now the second point.';
    else {
      const [from, to] = picked;
      picked = null;
      onLine(from, to);
    }
  });
}
