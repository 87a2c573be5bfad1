/**
 * erfc(x)·exp(x²) for x ≥ 1.25, to about 1e-16 relative; the factor that varies slowly in the tail.
 *
 * Rational approximations in 1/x² on [1.25, 1/0.35] and beyond. Source: FreeBSD msun, s_erf.c
 * (Sun Microsystems, 1993; "permission to use, copy, modify, and distribute this software is freely
 * granted, provided that this notice is preserved").
 */
function scaledErfc(x: number): number {
  const s = 1 / (x * x);
  const [r, q] = x < 1 / 0.35 ? [NEAR_TOP, NEAR_BOTTOM] : [FAR_TOP, FAR_BOTTOM];
  return Math.exp(-0.5625 + polynomial(r, s) / polynomial(q, s)) / x;
}

/** Complementary error function 1 − erf(x), to about 2e-16 relative, also where it is tiny. */
export function erfc(x: number): number {
  const a = Math.abs(x);
  if (a < 0.84375) {
    const z = x * x;
    const y = polynomial(SMALL_TOP, z) / polynomial(SMALL_BOTTOM, z);
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y);
  }
  if (a < 1.25) {
    const s = a - 1;
    const y = polynomial(MIDDLE_TOP, s) / polynomial(MIDDLE_BOTTOM, s);
    return x > 0 ? 1 - ERF_ONE - y : 1 + (ERF_ONE + y);
  }
  if (a > 28) return x > 0 ? 0 : 2;
  const h = Math.fround(a);
  const tail = Math.exp(-h * h) * Math.exp((h - a) * (h + a)) * scaledErfc(a);
  return x > 0 ? tail : 2 - tail;
}

/** Density of the normal distribution, φ(x) = exp(−x²/2) / √(2π), to a few 1e-16 relative. */
export function normalDensity(x: number): number {
  return halfSquareExp(x) * INVERSE_ROOT_TWO_PI;
}

/** The normal distribution Φ(x) = ½ erfc(−x/√2), to a few 1e-16 relative in both tails. */
export function normalDistribution(x: number): number {
  const z = -x * Math.SQRT1_2;
  return z < 1.25 ? 0.5 * erfc(z) : 0.5 * halfSquareExp(x) * scaledErfc(z);
}

/**
 * exp(−x²/2). The square is split, because exp magnifies its rounding error by x²/2: that of a float32
 * number is exact.
 */
function halfSquareExp(x: number): number {
  const a = Math.min(Math.abs(x), 40);
  const h = Math.fround(a);
  return Math.exp(-0.5 * h * h) * Math.exp(-0.5 * (a - h) * (a + h));
}

/** c₀ + c₁ x + c₂ x² + … */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

const INVERSE_ROOT_TWO_PI = 0.3989422804014327;

const ERF_ONE = 0.845062911510467529297;
// prettier-ignore
const SMALL_TOP = [
  1.28379167095512558561e-1, -3.25042107247001499370e-1, -2.84817495755985104766e-2,
  -5.77027029648944159157e-3, -2.37630166566501626084e-5,
];
// prettier-ignore
const SMALL_BOTTOM = [
  1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3,
  1.32494738004321644526e-4, -3.96022827877536812320e-6,
];
// prettier-ignore
const MIDDLE_TOP = [
  -2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1,
  3.18346619901161753674e-1, -1.10894694282396677476e-1, 3.54783043256182359371e-2,
  -2.16637559486879084300e-3,
];
// prettier-ignore
const MIDDLE_BOTTOM = [
  1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2,
  1.26171219808761642112e-1, 1.36370839120290507362e-2, 1.19844998467991074170e-2,
];
// prettier-ignore
const NEAR_TOP = [
  -9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1,
  -6.23753324503260060396e1, -1.62396669462573470355e2, -1.84605092906711035994e2,
  -8.12874355063065934246e1, -9.81432934416914548592,
];
// prettier-ignore
const NEAR_BOTTOM = [
  1, 1.96512716674392571292e1, 1.37657754143519042600e2, 4.34565877475229228821e2,
  6.45387271733267880336e2, 4.29008140027567833386e2, 1.08635005541779435134e2,
  6.57024977031928170135, -6.04244152148580987438e-2,
];
// prettier-ignore
const FAR_TOP = [
  -9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1,
  -1.60636384855821916062e2, -6.37566443368389627722e2, -1.02509513161107724954e3,
  -4.83519191608651397019e2,
];
// prettier-ignore
const FAR_BOTTOM = [
  1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3,
  3.19985821950859553908e3, 2.55305040643316442583e3, 4.74528541206955367215e2,
  -2.24409524465858183362e1,
];
