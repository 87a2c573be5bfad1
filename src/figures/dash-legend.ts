/** A legend of dashes: strokes, where Vega-Lite would show the points of the lines. */
export const DASH_LEGEND = {
  symbolType: 'stroke',
  symbolSize: 400,
  encode: { symbols: { update: { stroke: { value: 'black' }, fill: { value: 'transparent' } } } },
} as const;
