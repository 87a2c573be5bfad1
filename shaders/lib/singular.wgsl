// singular.wgsl: sizes of tangents, and the direction in a plane that a map stretches most
//
//   size_bits(x), sizes_bits(x), top_bits(x)
//                             bits of |x|, of each |component|, of the largest: as integers they order like the
//                             numbers, infinity and NaN above all
//   exponent_of(bits)         floor(log2) of that size for normal numbers, -127 for smaller ones
//   inverse_power(bits)       2^-exponent_of(bits), for finite numbers
//   plane_direction(a, b, c)  right singular vector of σ1, from the Gram matrix of two columns
//
// numerics    no shifts, which a software adapter does lane by lane, and no max of floats

const LARGEST: f32 = 1e37; // more counts as overflow
const LARGEST_BITS: i32 = 0x7cf0bdc2;

fn size_bits(x: f32) -> i32 {
  return bitcast<i32>(x) & 0x7fffffff;
}

fn sizes_bits(x: vec4f) -> vec4i {
  return bitcast<vec4i>(x) & vec4i(0x7fffffff);
}

fn top_bits(x: vec4f) -> i32 {
  let bits = sizes_bits(x);
  return max(max(bits.x, bits.y), max(bits.z, bits.w));
}

fn exponent_of(bits: i32) -> f32 {
  return f32(bits & 0x7f800000) * 1.1920928955e-7 - 127.0;
}

fn inverse_power(bits: i32) -> f32 {
  return bitcast<f32>(0x7f000000 - (bits & 0x7f800000));
}

// Unit (cos, sin) with cos >= 0 that maximises |cos u + sin v|, from a = u·u, b = u·v, c = v·v;
// (1, 0) if all directions are stretched alike.
fn plane_direction(a: f32, b: f32, c: f32) -> vec2f {
  let half = 0.5 * (a - c);
  let size = select(abs(half), abs(b), abs(b) > abs(half));
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
