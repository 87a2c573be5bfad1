// pixel.wgsl: what a field keeps of a pixel, made from the outcome of its point
//
//   exponents   λ1, λ2, ds, dt in one vec4: logs of the singular values over span, stretching direction
//   status      0 good, 1 collapsed (J = 0), 2 overflow; plus 256 · class
//   outputs     the network's; all 0, and the class too, if one of them is not finite
//
// @use lib/network.wgsl
// @use lib/singular.wgsl
// kernel      provides state_block, and bindings statuses[pixel], outputs[pixel][output_width]
// units       λ in 1/span; NO_EXPONENT stands where λ would be -infinity or means nothing
// numerics    σ1 is the length of the image of the first direction, σ2 that of the second: from the
//             determinant of the Gram matrix σ2² would cancel. It is good to about 2^-24 σ1.
//             ln 2 in two parts, so that the product with the power keeps its digits

const GOOD: u32 = 0u;
const COLLAPSED: u32 = 1u;
const OVERFLOW: u32 = 2u;
const NO_EXPONENT: f32 = -3e38;
const LN2_PARTS: vec2f = vec2f(0.693359375, -2.12194440e-4); // the first has 10 bits

// log(sqrt(square) · 2^power) / span; NO_EXPONENT for a square of 0
fn exponent_from(square: f32, power: f32, span: f32) -> f32 {
  let value = (power * LN2_PARTS.x + (0.5 * log(square) + power * LN2_PARTS.y)) / span;
  let positive = square > 0.0;
  return select(NO_EXPONENT, value, positive);
}

// λ1, λ2 and the direction from the squared lengths of the two images, of which the second is scaled by
// inverse_power(top); tangents stand for 2^power times themselves. Of rank 1, the second is rounding, however small.
fn stretching(first: f32, second: f32, top: i32, direction: vec2f, power: f32, span: f32, rank: u32) -> vec4f {
  return vec4f(
    exponent_from(first, power, span),
    select(NO_EXPONENT, exponent_from(second, power + exponent_of(top), span), rank > 1u),
    direction,
  );
}

// Stores outputs and status of one pixel: outputs are in `column` of the state at block `offset`; `top` as in
// lib/singular.wgsl, of all states and tangents up to the layer of the exponent. Gives the status.
fn store_outcome(pixel: u32, offset: u32, column: u32, width: u32, stretched: bool, top: i32) -> u32 {
  var output_top = 0;
  for (var r = 0u; r < width; r++) {
    output_top = max(output_top, size_bits(state_block(offset + r / 4u, column)[r % 4u]));
  }
  let finite = output_top <= LARGEST_BITS;
  var best = 0u;
  var best_value = -LARGEST;
  for (var r = 0u; r < width; r++) {
    let value = select(0.0, state_block(offset + r / 4u, column)[r % 4u], finite);
    outputs[pixel * width + r] = value;
    if (value > best_value) {
      best = r;
      best_value = value;
    }
  }
  if (width == 1u) {
    best = select(0u, 1u, best_value > 0.0);
  }
  let sound = finite & (top <= LARGEST_BITS);
  let status = select(OVERFLOW, select(COLLAPSED, GOOD, stretched), sound);
  statuses[pixel] = status + 256u * best;
  return status;
}

// λ1, λ2 and the direction as a field stores them.
fn field_entry(found: vec4f, status: u32) -> vec4f {
  return select(vec4f(NO_EXPONENT, NO_EXPONENT, 1.0, 0.0), found, status == GOOD);
}
