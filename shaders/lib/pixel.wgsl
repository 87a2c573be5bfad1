// pixel.wgsl: what a field keeps of a pixel, from the outcome of its point
//
//   exponents   λ1, λ2, ds, dt in one vec4: logs of the singular values over span, stretching direction
//   status      0 good, 1 collapsed (J = 0), 2 overflow; plus 256 · class
//
// units       λ in 1/span; NO_EXPONENT stands where λ would be -infinity or means nothing
// numerics    ln 2 in two parts, so that the product with the scaling exponent keeps its digits

const GOOD: u32 = 0u;
const COLLAPSED: u32 = 1u;
const OVERFLOW: u32 = 2u;
const NO_EXPONENT: f32 = -3e38;
const NO_PIXEL: vec4f = vec4f(NO_EXPONENT, NO_EXPONENT, 1.0, 0.0);
const LN2_PARTS: vec2f = vec2f(0.693359375, -2.12194440e-4); // the first has 10 bits

// log(sqrt(square) · 2^power) / span; NO_EXPONENT for a square of 0
fn exponent_from(square: f32, power: f32, span: f32) -> f32 {
  let value = (power * LN2_PARTS.x + (0.5 * log(square) + power * LN2_PARTS.y)) / span;
  let positive = square > 0.0;
  return select(NO_EXPONENT, value, positive);
}
