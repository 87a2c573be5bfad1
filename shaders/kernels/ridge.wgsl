// ridge.wgsl: height ridges of the smoothed field, one cell between four pixel centres an invocation
//
//   n: eigenvector of the most negative eigenvalue μ of the Hessian H;  ridge: ∇λ·n = 0 with −μ >= sharpness
//   and λ >= threshold
//
// @use lib/summary.wgsl
// group 1     0 args · 1 smoothed[pixel] · 2 summary · 3 segments[capacity] (s0, t0, s1, t1) · 4 counters:
//             0 vertices, six a segment, 1 one, 2 and 3 zero (a draw), 4 segments that found no place,
//             5 and 6 threshold and sharpness as bits of f32
// units       derivatives per pixel; segments in plane coordinates
// numerics    n has no sign: along each edge of a cell its ends are turned to agree; where they differ by more
//             than 60° there is no ridge. Ends by linear interpolation along cell edges.
// cost        a software adapter runs both sides of a branch, but skips a loop that no lane enters: hence
//             the loops that run once at most, over what few places need. && is a branch too, & is none: with &
//             this compiles in 0.07 s there, with && in 1.6 s.

const LEAST_AGREEMENT: f32 = 0.5f; // cos 60°
const STRONG_PART: f32 = 0.6f;
const ROUNDING: f32 = 9.5367432e-7f; // 2⁻²⁰

struct RidgeArgs {
  width: u32,
  height: u32,
  automatic: u32, // 1: the threshold comes from the summary
  threshold: f32,
  sharpness: f32, // part of the range from low to high, per squared pixel
  s_min: f32,
  t_min: f32,
  s_step: f32,
  t_step: f32,
  capacity: u32,
}

struct Limits {
  threshold: f32,
  sharpness: f32,
}

struct Corner {
  value: f32,
  sharpness: f32, // −μ where all values around are known, else 0
  slope: f32, // ∇λ·n
  normal: vec2f,
}

// Where a ridge crosses an edge of a cell, if it does: pixels from the cell's lower left corner.
struct End {
  found: bool,
  place: vec2f,
}

@group(1) @binding(0) var<uniform> args: RidgeArgs;
@group(1) @binding(1) var<storage, read> smoothed: array<f32>;
@group(1) @binding(2) var<storage, read> summary: Summary;
@group(1) @binding(3) var<storage, read_write> segments: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> counters: array<atomic<u32>>;

fn larger(a: f32, b: f32) -> f32 {
  return select(a, b, b > a);
}

// As ridgeLimits() of src/engine/ridge-limits.ts says.
fn find_limits() -> Limits {
  let strong = summary.mean + STRONG_PART * (summary.high - summary.mean);
  let noise = ROUNDING * larger(abs(summary.minimum), abs(summary.maximum));
  return Limits(
    select(args.threshold, larger(0f, strong), args.automatic == 1u),
    larger(args.sharpness * (summary.high - summary.low), noise),
  );
}

// From the values around a place and at it: three of each row, from west to east.
fn corner_at(south_row: vec3f, row: vec3f, north_row: vec3f) -> Corner {
  let good = all((south_row > vec3f(BAD)) & (row > vec3f(BAD)) & (north_row > vec3f(BAD)));
  let xx = row.z - 2f * row.y + row.x;
  let yy = north_row.y - 2f * row.y + south_row.y;
  let xy = 0.25f * (north_row.z - north_row.x - south_row.z + south_row.x);
  let half = 0.5f * (xx - yy);
  let radius = sqrt(half * half + xy * xy);
  // Of the two ways to write n the one that does not cancel.
  let forward = select(vec2f(radius - half, -xy), vec2f(-xy, half + radius), half > 0f);
  let square = dot(forward, forward);
  let normal = select(vec2f(1f, 0f), forward / sqrt(select(1f, square, square > 0f)), square > 0f);
  let gradient = 0.5f * vec2f(row.z - row.x, north_row.y - south_row.y);
  return Corner(row.y, select(0f, radius - 0.5f * (xx + yy), good), dot(gradient, normal), normal);
}

fn end_between(a: Corner, b: Corner, start: vec2f, step: vec2f, limits: Limits) -> End {
  let agreement = dot(a.normal, b.normal);
  let to_slope = select(b.slope, -b.slope, agreement < 0f);
  let crosses = (a.slope > 0f) != (to_slope > 0f);
  let part = a.slope / select(1f, a.slope - to_slope, crosses);
  let value = a.value + part * (b.value - a.value);
  let sharpness = a.sharpness + part * (b.sharpness - a.sharpness);
  let agree = (a.sharpness > 0f) & (b.sharpness > 0f) & (abs(agreement) >= LEAST_AGREEMENT);
  let strong = (value >= limits.threshold) & (sharpness >= limits.sharpness);
  return End(crosses & agree & strong, start + part * step);
}

// Segments of the cell in the middle of four rows of values, from the lowest; its lower left corner in pixels.
fn add_cell(k: vec4f, l: vec4f, m: vec4f, n: vec4f, corner: vec2f, limits: Limits) {
  let a = corner_at(k.xyz, l.xyz, m.xyz);
  let b = corner_at(k.yzw, l.yzw, m.yzw);
  let c = corner_at(l.yzw, m.yzw, n.yzw);
  let d = corner_at(l.xyz, m.xyz, n.xyz);
  // Around the cell, from its lower left corner.
  let e0 = end_between(a, b, vec2f(0f, 0f), vec2f(1f, 0f), limits);
  let e1 = end_between(b, c, vec2f(1f, 0f), vec2f(0f, 1f), limits);
  let e2 = end_between(c, d, vec2f(1f, 1f), vec2f(-1f, 0f), limits);
  let e3 = end_between(d, a, vec2f(0f, 1f), vec2f(0f, -1f), limits);
  let count = u32(e0.found) + u32(e1.found) + u32(e2.found) + u32(e3.found);
  var start = select(select(e2.place, e1.place, e1.found), e0.place, e0.found);
  var end = select(
    select(e3.place, e2.place, e2.found & (e0.found | e1.found)),
    e1.place,
    e0.found & e1.found,
  );
  for (var left = count; left >= 2u; left -= 2u) {
    add_segment(corner + start, corner + end);
    start = e2.place;
    end = e3.place;
  }
}

fn add_segment(start: vec2f, end: vec2f) {
  let origin = vec2f(args.s_min, args.t_min);
  let step = vec2f(args.s_step, args.t_step);
  let place = atomicAdd(&counters[0], 6u) / 6u;
  if (place < args.capacity) {
    segments[place] = vec4f(origin + start * step, origin + end * step);
  } else {
    atomicSub(&counters[0], 6u);
    atomicAdd(&counters[4], 1u);
  }
}

@compute @workgroup_size(8, 8)
fn ridge(@builtin(global_invocation_id) id: vec3u) {
  let limits = find_limits();
  if (all(id.xy == vec2u())) {
    atomicStore(&counters[5], bitcast<u32>(limits.threshold));
    atomicStore(&counters[6], bitcast<u32>(limits.sharpness));
  }
  if ((id.x + 3u >= args.width) | (id.y + 3u >= args.height)) {
    return;
  }
  let lowest = id.y * args.width + id.x;
  let low = lowest + args.width;
  let high = low + args.width;
  let inner = vec4f(smoothed[low + 1u], smoothed[low + 2u], smoothed[high + 1u], smoothed[high + 2u]);
  let largest = larger(larger(inner.x, inner.y), larger(inner.z, inner.w));
  for (var open = largest >= limits.threshold; open; open = false) {
    add_cell(
      row_of_values(lowest),
      vec4f(smoothed[low], inner.xy, smoothed[low + 3u]),
      vec4f(smoothed[high], inner.zw, smoothed[high + 3u]),
      row_of_values(high + args.width),
      vec2f(id.xy) + 1.5f,
      limits,
    );
  }
}

fn row_of_values(first: u32) -> vec4f {
  return vec4f(smoothed[first], smoothed[first + 1u], smoothed[first + 2u], smoothed[first + 3u]);
}
