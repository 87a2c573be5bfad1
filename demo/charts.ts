import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TrainingStatus } from 'ftle-map';

export interface Charts {
  add(status: TrainingStatus): void;
  clear(): void;
}

export const CHART_HEIGHT = 150;
/** uPlot's name for it exists in its types only. */
const LOGARITHMIC = 3 as uPlot.Scale.Distr;
/** With more points, every second one is dropped. */
const MOST_POINTS = 800;

export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Look of an axis in the page's present colours. */
export function axisStyle(): uPlot.Axis {
  return {
    stroke: color('--soft'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1 },
  };
}

/** Loss, on a logarithmic scale, and accuracy in percent, over epochs. */
export function createCharts(lossPlace: HTMLElement, accuracyPlace: HTMLElement): Charts {
  let rows: TrainingStatus[] = [];
  const make = (place: HTMLElement, title: string, isLog: boolean): uPlot =>
    new uPlot(
      {
        title,
        width: Math.max(place.clientWidth, 200),
        height: CHART_HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false },
          y: isLog ? { distr: LOGARITHMIC } : { range: (_, low) => [Math.min(low, 50), 100] },
        },
        axes: [axisStyle(), { ...axisStyle(), size: 56 }],
        series: [
          {},
          { label: 'training', stroke: color('--accent'), width: 1.5 },
          { label: 'test', stroke: color('--warm'), width: 1.5 },
        ],
      },
      [[], [], []],
      place,
    );
  let loss = make(lossPlace, 'Loss (training blue, test red)', true);
  let accuracy = make(accuracyPlace, 'Accuracy in % (training blue, test red)', false);

  const draw = () => {
    const epochs = rows.map((row) => row.epoch);
    const positive = (value: number) => (value > 0 ? value : null);
    loss.setData([
      epochs,
      rows.map((row) => positive(row.trainLoss)),
      rows.map((row) => positive(row.testLoss)),
    ]);
    accuracy.setData([
      epochs,
      rows.map((row) => 100 * row.trainAccuracy),
      rows.map((row) => 100 * row.testAccuracy),
    ]);
  };
  new ResizeObserver(() => {
    loss.setSize({ width: Math.max(lossPlace.clientWidth, 200), height: CHART_HEIGHT });
    accuracy.setSize({ width: Math.max(accuracyPlace.clientWidth, 200), height: CHART_HEIGHT });
  }).observe(lossPlace);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    loss.destroy();
    accuracy.destroy();
    loss = make(lossPlace, 'Loss (training blue, test red)', true);
    accuracy = make(accuracyPlace, 'Accuracy in % (training blue, test red)', false);
    draw();
  });

  return {
    add(status) {
      const last = rows.at(-1);
      if (last && status.epoch < last.epoch) rows = [];
      if (Number.isFinite(status.trainLoss)) rows.push(status);
      if (rows.length > MOST_POINTS) rows = rows.filter((_, index) => index % 2 === 0);
      draw();
    },
    clear() {
      rows = [];
      draw();
    },
  };
}
