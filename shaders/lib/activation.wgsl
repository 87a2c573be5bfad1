// activation.wgsl: values and slopes of elementwise functions, four lanes at a time
//
//   activation_value(choice, x, alpha)          g(x)
//   activation_slope(choice, x, alpha, shift)   g'(x) · 2^-shift
//   activation_both(choice, x, alpha, shift)    both, for one exponential
//   slope_depth(choice, x, alpha)               bits of -log g'(x), which order like the numbers: the least is
//                                               that of the largest slope
//   shift_of_depth(bits)                        the shift that suits a slope
//   activation_shift(choice, x, alpha)          the shift that suits the largest slope of the block
//   live_lanes(x, count)                        the block without its padding lanes, for activation_shift
//   is_finite4(x)                               no lane is NaN, infinite or beyond ±1e37
//
// overrides   ACTIVATION_SET: bit of each activation that may be chosen, all by default. Give it where speed
//             matters: SwiftShader runs every branch of a kernel, whether taken or not (a block costs it
//             18 ns with tanh alone, 270 ns with all), and others hold registers for them. Conditions on it stand
//             by themselves, so that what may not be chosen is gone before a compiler has inlined it.
// units       shift (one a lane) is a whole number <= 0, and 0 unless every slope of the block is below
//             1e-7. A caller takes the largest shift over a layer and adds shift · ln 2 to the log of the
//             stretch: so layers whose neurons are all saturated do not underflow.
// numerics    a few ulps wherever the result is a normal number, by an exponential of its own (the
//             builtin is off by up to 3 + 2|x| ulps); below 2^-118 it may be 0. gelu-tanh and celu answer
//             to rounding their argument. Slopes are 0 where float64 is: exp(-746). sine is good
//             for |x| <= 10^4, and within [-1, 1] beyond. Inputs are clamped where they could overflow.
//             At kinks slopes are PyTorch's. src/math/activations.ts has the definitions. Limits are set
//             by select and by integer min of bits: min and max of floats look after NaN, which costs a
//             software adapter 45 instructions.
// lanes       what has no branch is done lane by lane, for which a software adapter has enough registers, and
//             what has some, for four lanes at once, since each branch is an effort there
// source      polynomials fitted by test/golden/activation-polynomials.py; sine: Cephes (Moshier, 1989)

const IDENTITY: u32 = 0u;
const TANH: u32 = 1u;
const SIGMOID: u32 = 2u;
const RELU: u32 = 3u;
const LEAKY_RELU: u32 = 4u;
const ELU: u32 = 5u;
const SELU: u32 = 6u;
const CELU: u32 = 7u;
const GELU: u32 = 8u;
const GELU_TANH: u32 = 9u;
const SILU: u32 = 10u;
const SOFTPLUS: u32 = 11u;
const SINE: u32 = 12u;

const LOG2_E: f32 = 1.44269504;
const LN2_HIGH: f32 = 0.693359375;      // 9 bits: its product with k is exact
const LN2_LOW: f32 = -2.12194440e-4;
const SELU_SCALE: f32 = 1.05070099;
const SELU_ALPHA: f32 = 1.67326324;
const GELU_LINEAR: f32 = 1.59576912;    // 2 √(2/π)
const GELU_CUBIC: f32 = 0.0713548163;   // 2 √(2/π) 0.044715
const NORMAL_DENSITY: f32 = 0.398942280; // 1 / √(2π)
const DEEPEST: f32 = -745.2;            // exp of less is 0 in float64
const DEEPEST_BITS: i32 = 0x443a4ccd;   // of 745.2
const SATURATED: i32 = 0x43bb0000;      // of 374: exp(-2 · 374) is 0 in float64
const SQUARE_END: i32 = 0x421acccd;     // of 38.7: exp(-38.7² / 2) is 0 in float64

override ACTIVATION_SET: u32 = 0x1fffu;

struct ValueSlope {
  value: vec4f,
  slope: vec4f,
}

// exp(a), exp(a) - 1 with its own digits, and exp(a) · 2^-shift: of one lane, and of four
struct Exponential {
  value: f32,
  below: f32,
  scaled: f32,
}

struct Exponentials {
  value: vec4f,
  below: vec4f,
  scaled: vec4f,
}

// |x|, at most the number of those bits, which NaN becomes too
fn limited_size(x: f32, bits: i32) -> f32 {
  return bitcast<f32>(min(bitcast<i32>(x) & 0x7fffffff, bits));
}

fn limited_sizes(x: vec4f, bits: i32) -> vec4f {
  return bitcast<vec4f>(min(bitcast<vec4i>(x) & vec4i(0x7fffffff), vec4i(bits)));
}

// min(x, 0) and -min(x, 0)
fn below_zero(x: vec4f) -> vec4f {
  return select(vec4f(), x, x < vec4f());
}

fn negative_part(x: vec4f) -> vec4f {
  return select(vec4f(), -x, x < vec4f());
}

// 2^n; 0 below 2^-126, and never above 2^64 (padding lanes may ask for more)
fn power_of_two(n: i32) -> f32 {
  // A product, because a software adapter shifts lane by lane.
  return bitcast<f32>((clamp(n, -127, 64) + 127) * 8388608);
}

fn powers_of_two(n: vec4i) -> vec4f {
  return bitcast<vec4f>((clamp(n, vec4i(-127), vec4i(64)) + 127) * 8388608);
}

// a / ln 2 to the nearest whole number: adding 1.5 · 2^23 leaves it in the lowest bits
fn nearest_power(a: f32) -> i32 {
  return bitcast<i32>(a * LOG2_E + 12582912.0) - 0x4b400000;
}

// exp of n ln 2 + r with |r| <= 0.354 and n <= 0
fn exponential_of_parts(n: i32, r: f32, shift: i32) -> Exponential {
  let tail = (((0.00139017846 * r + 0.00836434495) * r + 0.0416668691) * r + 0.166665703) * r + 0.5;
  let growth = r + r * r * tail;
  let unit = bitcast<f32>((max(n, -127) + 127) * 8388608);
  let mantissa = 1.0 + growth;
  let below = (unit - 1.0) + unit * growth;
  return Exponential(unit * mantissa, below, power_of_two(n - shift) * mantissa);
}

// exp for a <= 0
fn exponential(a: f32, shift: i32) -> Exponential {
  let vanishes = a < DEEPEST;
  let bounded = select(a, DEEPEST, vanishes);
  let n = nearest_power(bounded);
  let k = f32(n);
  var result = exponential_of_parts(n, (bounded - k * LN2_HIGH) - k * LN2_LOW, shift);
  result.scaled = select(result.scaled, 0.0, vanishes);
  return result;
}

// exp(-x²/2): the square in two parts, because exp magnifies its rounding error
fn exponential_of_square(x: f32, shift: i32) -> Exponential {
  let bounded = limited_size(x, SQUARE_END);
  let high = bitcast<f32>(bitcast<u32>(bounded) & 0xfffff000u);
  let a = -0.5 * high * high;
  let b = -0.5 * (bounded - high) * (bounded + high);
  let n = nearest_power(a + b);
  let k = f32(n);
  var result = exponential_of_parts(n, ((a - k * LN2_HIGH) - k * LN2_LOW) + b, shift);
  result.scaled = select(result.scaled, 0.0, abs(x) > 38.605);
  return result;
}

fn joined(a: Exponential, b: Exponential, c: Exponential, d: Exponential) -> Exponentials {
  return Exponentials(
    vec4f(a.value, b.value, c.value, d.value),
    vec4f(a.below, b.below, c.below, d.below),
    vec4f(a.scaled, b.scaled, c.scaled, d.scaled),
  );
}

fn exponentials(a: vec4f, shift: vec4i) -> Exponentials {
  return joined(
    exponential(a.x, shift.x),
    exponential(a.y, shift.y),
    exponential(a.z, shift.z),
    exponential(a.w, shift.w),
  );
}

fn exponentials_of_squares(x: vec4f, shift: vec4i) -> Exponentials {
  return joined(
    exponential_of_square(x.x, shift.x),
    exponential_of_square(x.y, shift.y),
    exponential_of_square(x.z, shift.z),
    exponential_of_square(x.w, shift.w),
  );
}

// log(1 + e) for 0 <= e <= 1, as 2 atanh(e / (2 + e))
fn log_one_plus(e: vec4f) -> vec4f {
  let w = e / (2.0 + e);
  let z = w * w;
  let tail = (((0.116465710 * z + 0.108464524) * z + 0.142965972) * z + 0.199998453) * z + 0.333333343;
  return 2.0 * (w + w * z * tail);
}

// Φ(-t) exp(t²/2) for t >= 0, Φ the normal distribution
fn scaled_tail(t: vec4f) -> vec4f {
  let w = 1.0 / (1.0 + 0.25 * t);
  var sum = 0.0204838328 * w - 0.0838803425;
  sum = sum * w + 0.100912295;
  sum = sum * w - 0.0367278792;
  sum = sum * w + 0.0663837641;
  sum = sum * w + 0.0581803806;
  sum = sum * w + 0.0817102864;
  sum = sum * w + 0.0934671760;
  sum = sum * w + 0.0997348204;
  sum = sum * w + 0.0997356698;
  return sum * w;
}

// tanh x = -m / (2 + m), m = exp(-2|x|) - 1; slope 4e / (1 + e)², e = exp(-2|x|)
fn tanh_of(x: f32, shift: i32) -> vec2f {
  let e = exponential(-2.0 * limited_size(x, SATURATED), shift);
  let inverse = 1.0 / (2.0 + e.below);
  let sign_bit = bitcast<u32>(x) & 0x80000000u;
  let value = bitcast<f32>(bitcast<u32>(-e.below * inverse) | sign_bit);
  return vec2f(value, 4.0 * e.scaled * inverse * inverse);
}

fn tanh_value_slope(x: vec4f, shift: vec4i) -> ValueSlope {
  let a = tanh_of(x.x, shift.x);
  let b = tanh_of(x.y, shift.y);
  let c = tanh_of(x.z, shift.z);
  let d = tanh_of(x.w, shift.w);
  return ValueSlope(vec4f(a.x, b.x, c.x, d.x), vec4f(a.y, b.y, c.y, d.y));
}

fn gelu_value_slope(x: vec4f, shift: vec4i) -> ValueSlope {
  let e = exponentials_of_squares(x, shift);
  let t = limited_sizes(x, SQUARE_END);
  let tail = scaled_tail(t);
  let unit = powers_of_two(-shift);
  let rest = e.scaled * (tail - NORMAL_DENSITY * t);
  let positive = x > vec4f();
  return ValueSlope(
    x * select(e.value * tail, 1.0 - e.value * tail, positive),
    select(rest, unit - rest, positive),
  );
}

fn sine_value_slope(x: vec4f, shift: vec4i) -> ValueSlope {
  let k = floor(clamp(x, vec4f(-1e6), vec4f(1e6)) * 0.636619772 + 0.5);
  // π/2 in three parts; products of the first two with k are exact
  let rest = ((x - k * 1.5703125) - k * 4.83751297e-4) - k * 7.54978995e-8;
  let r = clamp(rest, vec4f(-0.7855), vec4f(0.7855));
  let z = r * r;
  let s = r + r * z * ((-1.95152959e-4 * z + 8.33216087e-3) * z - 0.166666546);
  let c = (1.0 - 0.5 * z) + z * z * ((2.44331571e-5 * z - 1.38873163e-3) * z + 4.16666457e-2);
  let quarter = vec4i(k) & vec4i(3);
  let odd = (quarter & vec4i(1)) == vec4i(1);
  let value = select(s, c, odd);
  let slope = select(c, s, odd);
  let unit = powers_of_two(-shift);
  return ValueSlope(
    select(value, -value, quarter >= vec4i(2)),
    unit * select(slope, -slope, (quarter == vec4i(1)) | (quarter == vec4i(2))),
  );
}

// 2 √(2/π) (x + 0.044715 x³)
fn gelu_argument(x: vec4f) -> vec4f {
  let c = clamp(x, vec4f(-50.0), vec4f(50.0));
  return c * (GELU_LINEAR + GELU_CUBIC * c * c);
}

// Bits of -log g'(x), up to terms that grow slowly with x; 0 where slopes do not die out.
fn slope_depth(choice: u32, x: vec4f, alpha: f32) -> vec4i {
  var depth = vec4f();
  if ((ACTIVATION_SET & (1u << TANH)) != 0u) {
    if (choice == TANH) {
      depth = 2.0 * abs(x);
    }
  }
  if ((ACTIVATION_SET & (1u << SIGMOID)) != 0u) {
    if (choice == SIGMOID) {
      depth = abs(x);
    }
  }
  if ((ACTIVATION_SET & ((1u << ELU) | (1u << SELU) | (1u << SILU) | (1u << SOFTPLUS))) != 0u) {
    if ((choice == ELU) | (choice == SELU) | (choice == SILU) | (choice == SOFTPLUS)) {
      depth = negative_part(x);
    }
  }
  if ((ACTIVATION_SET & (1u << CELU)) != 0u) {
    if (choice == CELU) {
      depth = negative_part(x) / alpha;
    }
  }
  if ((ACTIVATION_SET & (1u << GELU)) != 0u) {
    if (choice == GELU) {
      let c = limited_sizes(negative_part(x), SQUARE_END);
      depth = 0.5 * c * c;
    }
  }
  if ((ACTIVATION_SET & (1u << GELU_TANH)) != 0u) {
    if (choice == GELU_TANH) {
      depth = negative_part(gelu_argument(x));
    }
  }
  return bitcast<vec4i>(depth);
}

// The shift that suits a slope of exp(-depth).
fn shift_of_depth(depth_bits: i32) -> i32 {
  let depth = bitcast<f32>(min(depth_bits, DEEPEST_BITS));
  return select(0, i32(-depth * LOG2_E), depth > 20.0);
}

fn activation_shift(choice: u32, x: vec4f, alpha: f32) -> i32 {
  let depth = slope_depth(choice, x, alpha);
  return shift_of_depth(min(min(depth.x, depth.y), min(depth.z, depth.w)));
}

// The first `count` lanes; the others repeat lane 0.
fn live_lanes(x: vec4f, count: u32) -> vec4f {
  return select(x.xxxx, x, vec4u(0u, 1u, 2u, 3u) < vec4u(count));
}

// sigmoid, elu, gelu-tanh and their kin: what is made of exp of something that is at most 0
fn exponential_value_slope(choice: u32, x: vec4f, alpha: f32, shift: vec4i) -> ValueSlope {
  let unit = powers_of_two(-shift);
  let positive = x > vec4f();
  var a = below_zero(x);
  if ((ACTIVATION_SET & ((1u << SIGMOID) | (1u << SILU) | (1u << SOFTPLUS))) != 0u) {
    if ((choice == SIGMOID) | (choice == SILU) | (choice == SOFTPLUS)) {
      a = -abs(x);
    }
  }
  if ((ACTIVATION_SET & (1u << GELU_TANH)) != 0u) {
    if (choice == GELU_TANH) {
      a = -abs(gelu_argument(x));
    }
  }
  if ((ACTIVATION_SET & (1u << CELU)) != 0u) {
    if (choice == CELU) {
      a = below_zero(x) / alpha;
    }
  }
  let e = exponentials(a, shift);
  // sigmoid(x), sigmoid(-x) and 2^-shift sigmoid(x), for those that are made of it
  let inverse = 1.0 / (2.0 + e.below);
  let rising = select(e.value, vec4f(1.0), positive) * inverse;
  let falling = select(vec4f(1.0), e.value, positive) * inverse;
  let scaled = select(e.scaled, unit, positive) * inverse;
  var both = ValueSlope(rising, e.scaled * inverse * inverse);
  if ((ACTIVATION_SET & (1u << ELU)) != 0u) {
    if (choice == ELU) {
      both.value = select(alpha * e.below, x, positive);
      both.slope = select(alpha * e.scaled, unit, positive);
    }
  }
  if ((ACTIVATION_SET & (1u << SELU)) != 0u) {
    if (choice == SELU) {
      both.value = SELU_SCALE * select(SELU_ALPHA * e.below, x, positive);
      both.slope = SELU_SCALE * select(SELU_ALPHA * e.scaled, unit, positive);
    }
  }
  if ((ACTIVATION_SET & (1u << CELU)) != 0u) {
    if (choice == CELU) {
      both.value = select(alpha * e.below, x, positive);
      both.slope = select(e.scaled, unit, positive);
    }
  }
  if ((ACTIVATION_SET & (1u << GELU_TANH)) != 0u) {
    if (choice == GELU_TANH) {
      let c = clamp(x, vec4f(-50.0), vec4f(50.0));
      let climb = GELU_LINEAR + 3.0 * GELU_CUBIC * c * c;
      both.value = x * rising;
      both.slope = scaled * (1.0 + c * climb * falling);
    }
  }
  if ((ACTIVATION_SET & (1u << SILU)) != 0u) {
    if (choice == SILU) {
      let c = clamp(x, vec4f(-1e3), vec4f(1e3));
      both.value = x * rising;
      both.slope = scaled * (1.0 + c * falling);
    }
  }
  if ((ACTIVATION_SET & (1u << SOFTPLUS)) != 0u) {
    if (choice == SOFTPLUS) {
      both.value = select(vec4f(), x, positive) + log_one_plus(e.value);
      both.slope = scaled;
    }
  }
  return both;
}

// Those that exponential_value_slope knows, as bits
const EXPONENTIALS: u32 = (1u << SIGMOID) | (1u << ELU) | (1u << SELU) | (1u << CELU) |
  (1u << GELU_TANH) | (1u << SILU) | (1u << SOFTPLUS);

fn activation_both(choice: u32, x: vec4f, alpha: f32, shift: vec4i) -> ValueSlope {
  let unit = powers_of_two(-shift);
  let positive = x > vec4f();
  var both = ValueSlope(x, unit);
  if ((ACTIVATION_SET & (1u << TANH)) != 0u) {
    if (choice == TANH) {
      both = tanh_value_slope(x, shift);
    }
  }
  if ((ACTIVATION_SET & (1u << RELU)) != 0u) {
    if (choice == RELU) {
      both.value = select(vec4f(), x, positive);
      both.slope = select(vec4f(), unit, positive);
    }
  }
  if ((ACTIVATION_SET & (1u << LEAKY_RELU)) != 0u) {
    if (choice == LEAKY_RELU) {
      both.value = select(alpha * x, x, positive);
      both.slope = select(alpha * unit, unit, positive);
    }
  }
  if ((ACTIVATION_SET & (1u << GELU)) != 0u) {
    if (choice == GELU) {
      both = gelu_value_slope(x, shift);
    }
  }
  if ((ACTIVATION_SET & (1u << SINE)) != 0u) {
    if (choice == SINE) {
      both = sine_value_slope(x, shift);
    }
  }
  if ((ACTIVATION_SET & EXPONENTIALS) != 0u) {
    if (((1u << choice) & EXPONENTIALS) != 0u) {
      both = exponential_value_slope(choice, x, alpha, shift);
    }
  }
  return both;
}

fn activation_value(choice: u32, x: vec4f, alpha: f32) -> vec4f {
  return activation_both(choice, x, alpha, vec4i()).value;
}

fn activation_slope(choice: u32, x: vec4f, alpha: f32, shift: i32) -> vec4f {
  return activation_both(choice, x, alpha, vec4i(shift)).slope;
}

fn is_finite4(x: vec4f) -> bool {
  return all((bitcast<vec4u>(x) & vec4u(0x7fffffffu)) <= vec4u(0x7cf0bdc2u));
}
