import { deviation, mean } from '../math/statistics.ts';

/** A mean with its standard error; NaN for a single value. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  return {
    mean: mean(values),
    error: count > 1 ? deviation(values) / Math.sqrt(count - 1) : NaN,
  };
}

/** y ≈ intercept + slope·x. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The line of least squares through two or more points with different x. */
export function fitLine(x: readonly number[], y: readonly number[]): Line {
  const [centreX, centreY] = [mean(x), mean(y)];
  let [xy, xx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - centreX) * (y[i] - centreY);
    xx += (x[i] - centreX) ** 2;
  }
  const slope = xy / xx;
  return { slope, intercept: centreY - slope * centreX };
}
