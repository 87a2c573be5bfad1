// blur.wgsl: Gaussian smoothing of λ₁ along one axis of a field, RUN pixels in a line an invocation
//
//   AXIS 0   rows[p] = (Σ w_k λ_{p+k}, Σ w_k)               over good pixels p + k of the row
//   AXIS 1   smoothed[p] = Σ w_k rows.x / Σ w_k rows.y       over the column; BAD where no pixel counts
//
// @use lib/summary.wgsl
// group 1     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 rows[pixel] · 3 smoothed[pixel]
// units       k in pixels; λ as stored
// numerics    w_k = q^(k²), q = exp(−1/2σ²), |k| <= reach, by w_{k+1} = w_k q^(2k+1): relative error k² u.
//             Weights are renormalised at edges and next to bad pixels.
// cost        RUN + 2 · reach loads for RUN pixels: two windows slide out of the run, to either side

const RUN: u32 = 8u;
const LAST: u32 = 7u;

override AXIS: u32 = 0u;

struct BlurArgs {
  width: u32,
  height: u32,
  reach: u32,
  first_weight: f32, // q
}

@group(1) @binding(0) var<uniform> args: BlurArgs;
@group(1) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> rows: array<vec2f>;
@group(1) @binding(3) var<storage, read_write> smoothed: array<f32>;

// A line of pixels through the field.
struct Line {
  first: u32,
  stride: u32,
  length: u32,
}

// Weighted value and weight so far of a pixel of the line; zeros outside and where it is bad.
fn sample(line: Line, place: i32) -> vec2f {
  let inside = (place >= 0) & (place < i32(line.length));
  let pixel = line.first + line.stride * u32(select(0, place, inside));
  if (AXIS == 0u) {
    let value = exponents[pixel].x;
    return select(vec2f(), vec2f(value, 1f), inside & (value > BAD));
  }
  return select(vec2f(), rows[pixel], inside);
}

fn store(pixel: u32, sum: vec2f) {
  if (AXIS == 0u) {
    rows[pixel] = sum;
  } else {
    let known = sum.y > 1e-6f;
    smoothed[pixel] = select(BAD, sum.x / select(1f, sum.y, known), known);
  }
}

@compute @workgroup_size(16, 4)
fn blur(@builtin(global_invocation_id) id: vec3u) {
  var line = Line(id.y * args.width, 1u, args.width);
  var start = i32(id.x * RUN);
  var across = id.y < args.height;
  if (AXIS == 1u) {
    line = Line(id.x, args.width, args.height);
    start = i32(id.y * RUN);
    across = id.x < args.width;
  }
  if (!across | (start >= i32(line.length))) {
    return;
  }
  var left: array<vec2f, RUN>;
  var right: array<vec2f, RUN>;
  var sums: array<vec2f, RUN>;
  // @unroll
  for (var r = 0u; r < RUN; r++) {
    left[r] = sample(line, start + i32(r));
    right[r] = left[r];
    sums[r] = left[r];
  }
  var weight = args.first_weight;
  var ratio = weight * weight * weight;
  for (var k = 1; k <= i32(args.reach); k++) {
    // @unroll
    for (var r = 0u; r < LAST; r++) {
      right[r] = right[r + 1u];
      left[LAST - r] = left[LAST - r - 1u];
    }
    right[LAST] = sample(line, start + i32(LAST) + k);
    left[0] = sample(line, start - k);
    // @unroll
    for (var r = 0u; r < RUN; r++) {
      sums[r] += weight * (left[r] + right[r]);
    }
    weight *= ratio;
    ratio *= args.first_weight * args.first_weight;
  }
  // @unroll
  for (var r = 0u; r < RUN; r++) {
    if (start + i32(r) < i32(line.length)) {
      store(line.first + line.stride * (u32(start) + r), sums[r]);
    }
  }
}
