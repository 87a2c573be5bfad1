import { parse, View, Warn } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Chart } from './figure.ts';

/** Colours of series, in their order: told apart by those who do not see all colours, too (Okabe & Ito). */
const SERIES_COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

const CONFIG = {
  background: '#ffffff',
  font: 'system-ui, sans-serif',
  view: { stroke: '#888888' },
  axis: { gridColor: '#e4e4e4', labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal' },
  legend: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal' },
  title: { fontSize: 13, fontWeight: 'normal' },
  range: { category: SERIES_COLORS },
} as const;

/**
 * A chart as SVG. Expressions are interpreted, not compiled, so that a strict content security policy holds; no
 * canvas and no document is needed.
 */
export async function chartSvg(chart: Chart): Promise<string> {
  if ('svg' in chart) return chart.svg;
  const { spec } = compile({ ...chart.spec, config: CONFIG } as TopLevelSpec);
  const view = new View(parse(spec, undefined, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'none',
    logLevel: Warn,
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
