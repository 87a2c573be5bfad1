// singular.wgsl: sizes of tangents, and the direction in a plane that a map stretches most
//
//   top_bits(x)               bits of the largest |component|: as integers they order like the numbers,
//                             infinity and NaN above all
//   exponent_of(bits)         floor(log2) of that size for normal numbers, -127 for smaller ones
//   inverse_power(bits)       2^-exponent_of(bits), for finite numbers
//   plane_direction(a, b, c)  right singular vector of σ1, from the Gram matrix of two columns
//
// numerics    no shifts, which a software adapter does lane by lane

const LARGEST: f32 = 1e37; // more counts as overflow
const LARGEST_BITS: u32 = 0x7cf0bdc2u;

fn top_bits(x: vec4f) -> u32 {
  let bits = bitcast<vec4u>(x) & vec4u(0x7fffffffu);
  return max(max(bits.x, bits.y), max(bits.z, bits.w));
}

fn exponent_of(bits: u32) -> f32 {
  return f32(i32(bits & 0x7f800000u)) * 1.1920928955e-7 - 127.0;
}

fn inverse_power(bits: u32) -> f32 {
  return bitcast<f32>(0x7f000000u - (bits & 0x7f800000u));
}

// Unit (cos, sin) with cos >= 0 that maximises |cos u + sin v|, from a = u·u, b = u·v, c = v·v;
// (1, 0) if all directions are stretched alike.
fn plane_direction(a: f32, b: f32, c: f32) -> vec2f {
  let half = 0.5 * (a - c);
  let size = max(abs(half), abs(b));
  if (size == 0.0) {
    return vec2f(1.0, 0.0);
  }
  let d = half / size;
  let e = b / size;
  let root = sqrt(d * d + e * e);
  var direction = vec2f(root + d, e);
  if (d < 0.0) {
    direction = vec2f(abs(e), select(root - d, d - root, e < 0.0));
  }
  return direction / length(direction);
}
