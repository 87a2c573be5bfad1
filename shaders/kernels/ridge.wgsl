// ridge.wgsl: height ridges of the smoothed field, one cell between four pixel centres an invocation
//
//   n: eigenvector of the most negative eigenvalue μ of the Hessian H;  ridge: ∇λ·n = 0 with μ < −sharpness
//   and λ > threshold
//
// group 1     0 args · 1 smoothed[pixel] · 2 segments[capacity] (s0, t0, s1, t1) · 3 counters: 0 vertex count
//             per instance, 1 segments, 2 and 3 zero (a draw), 4 segments that found no place
// units       derivatives per pixel; segments in plane coordinates; BAD = −3e38 marks pixels that do not count
// numerics    n has no sign: within a cell all four are turned to agree with the sharpest corner; a cell whose
//             directions differ by more than 60° has no ridge. Ends by linear interpolation along cell edges.

const BAD: f32 = -3e38f;
const VERTICES_A_SEGMENT: u32 = 6u;

override LANES: u32 = 64;

struct RidgeArgs {
  width: u32,
  height: u32,
  threshold: f32,
  sharpness: f32,
  s_min: f32,
  t_min: f32,
  s_step: f32,
  t_step: f32,
  capacity: u32,
}

struct Corner {
  value: f32,
  curvature: f32, // the most negative eigenvalue
  normal: vec2f,
  gradient: vec2f,
  good: bool,
}

@group(1) @binding(0) var<uniform> args: RidgeArgs;
@group(1) @binding(1) var<storage, read> smoothed: array<f32>;
@group(1) @binding(2) var<storage, read_write> segments: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> counters: array<atomic<u32>>;

// From the 3 × 3 values around a pixel, row by row from the lowest.
fn corner_of(v: array<f32, 9>) -> Corner {
  var corner = Corner();
  corner.good = true;
  for (var i = 0u; i < 9u; i++) {
    corner.good = corner.good && v[i] > BAD;
  }
  corner.value = v[4];
  corner.gradient = 0.5f * vec2f(v[5] - v[3], v[7] - v[1]);
  let xx = v[5] - 2f * v[4] + v[3];
  let yy = v[7] - 2f * v[4] + v[1];
  let xy = 0.25f * (v[8] - v[6] - v[2] + v[0]);
  let half = 0.5f * (xx - yy);
  let radius = sqrt(half * half + xy * xy);
  corner.curvature = 0.5f * (xx + yy) - radius;
  let normal = select(vec2f(radius - half, -xy), vec2f(-xy, half + radius), half > 0f);
  let size = length(normal);
  corner.normal = select(vec2f(1f, 0f), normal / size, size > 0f);
  return corner;
}

@compute @workgroup_size(LANES)
fn ridge(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let cell = id.y * groups.x * LANES + id.x;
  let cells_a_row = args.width - 3u;
  if (args.width < 4u || args.height < 4u || cell >= cells_a_row * (args.height - 3u)) {
    return;
  }
  let x = cell % cells_a_row;
  let y = cell / cells_a_row;
  var patch_values: array<f32, 16>;
  for (var j = 0u; j < 4u; j++) {
    for (var i = 0u; i < 4u; i++) {
      patch_values[4u * j + i] = smoothed[(y + j) * args.width + x + i];
    }
  }
  var corners: array<Corner, 4>;
  var sharpest = 0u;
  for (var c = 0u; c < 4u; c++) {
    let base = 4u * (c / 2u) + c % 2u;
    var v: array<f32, 9>;
    for (var k = 0u; k < 9u; k++) {
      v[k] = patch_values[base + 4u * (k / 3u) + k % 3u];
    }
    corners[c] = corner_of(v);
    if (!corners[c].good || corners[c].curvature >= 0f) {
      return;
    }
    if (corners[c].curvature < corners[sharpest].curvature) {
      sharpest = c;
    }
  }
  var slopes: vec4f;
  for (var c = 0u; c < 4u; c++) {
    let agreement = dot(corners[c].normal, corners[sharpest].normal);
    if (abs(agreement) < 0.5f) {
      return;
    }
    slopes[c] = sign(agreement) * dot(corners[c].gradient, corners[c].normal);
  }
  // Edges of the cell: corner pairs (0,1), (1,3), (3,2), (2,0).
  let starts = vec4u(0u, 1u, 3u, 2u);
  let ends = vec4u(1u, 3u, 2u, 0u);
  var found: array<vec2f, 4>;
  var count = 0u;
  for (var e = 0u; e < 4u; e++) {
    let a = starts[e];
    let b = ends[e];
    if ((slopes[a] > 0f) == (slopes[b] > 0f)) {
      continue;
    }
    let part = slopes[a] / (slopes[a] - slopes[b]);
    let value = mix(corners[a].value, corners[b].value, part);
    let curvature = mix(corners[a].curvature, corners[b].curvature, part);
    if (value < args.threshold || -curvature < args.sharpness) {
      continue;
    }
    let from_corner = vec2f(f32(a % 2u), f32(a / 2u));
    let to_corner = vec2f(f32(b % 2u), f32(b / 2u));
    let place = vec2f(f32(x) + 1.5f, f32(y) + 1.5f) + mix(from_corner, to_corner, part);
    found[count] = vec2f(args.s_min, args.t_min) + place * vec2f(args.s_step, args.t_step);
    count++;
  }
  for (var first = 0u; first + 1u < count; first += 2u) {
    let place = atomicAdd(&counters[1], 1u);
    if (place < args.capacity) {
      segments[place] = vec4f(found[first], found[first + 1u]);
    } else {
      atomicAdd(&counters[4], 1u);
    }
  }
}
