// convolution.wgsl: noise smeared along the stretching directions of a field (line integral convolution)
//
//   z = Σ_k w_k (noise(x_k) − 1/2) / sqrt(Σ_k w_k² / 12)      w_k = 1 − (k/(reach + 1))²,  |k| ≤ reach
//   streaks[p] = 1/2 + z/CONTRAST, cut off at 0 and 1; x_0 = centre of p,  x_{k±1} = x_k ± grain · d(x_k)
//
// @use lib/summary.wgsl
// group 1     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 noise[NOISE_SIDE][NOISE_SIDE], uniform on
//             [0, 1), repeated; a cell is grain pixels wide · 3 streaks[pixel]
// units       x in pixels; d: unit vector in pixels. Lines end at the edge and at pixels without a direction,
//             where streaks are 1/2
// numerics    a direction is an axis: each step takes the sign that turns least, so that the signs that are
//             stored do not count. z has variance 1 for any number of steps: lines that end early are not
//             stronger. src/reference/convolution.ts differs where rounding moves a place to another pixel
// source      Cabral & Leedom, Imaging vector fields using line integral convolution, SIGGRAPH 1993

const NOISE_SIDE: u32 = 128u;
const CONTRAST: f32 = 4f;

struct ConvolutionArgs {
  width: u32,
  height: u32,
  reach: u32,
  grain: u32,
  aspect: f32, // pixels per unit of t over pixels per unit of s
}

@group(1) @binding(0) var<uniform> args: ConvolutionArgs;
@group(1) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(1) @binding(2) var<storage, read> noise: array<f32>;
@group(1) @binding(3) var<storage, read_write> streaks: array<f32>;

// Unit vector in pixels; 0 where there is none.
fn axis_at(pixel: u32) -> vec2f {
  let d = vec2f(exponents[pixel].z, exponents[pixel].w * args.aspect);
  let square = dot(d, d);
  let known = exponents[pixel].x > BAD && square > 0f;
  return select(vec2f(), d * inverseSqrt(select(1f, square, known)), known);
}

fn noise_at(x: u32, y: u32) -> f32 {
  let column = (x / args.grain) % NOISE_SIDE;
  let row = (y / args.grain) % NOISE_SIDE;
  return noise[row * NOISE_SIDE + column] - 0.5f;
}

// Weighted noise and squared weights along one half of the line.
fn walk(centre: vec2f, first: vec2f) -> vec2f {
  let size = vec2f(f32(args.width), f32(args.height));
  var place = centre;
  var heading = first;
  var sums = vec2f();
  for (var k = 1u; k <= args.reach; k++) {
    place += f32(args.grain) * heading;
    if (any(place < vec2f()) || any(place >= size)) {
      break;
    }
    let x = u32(place.x);
    let y = u32(place.y);
    let axis = axis_at(y * args.width + x);
    if (all(axis == vec2f())) {
      break;
    }
    let part = f32(k) / f32(args.reach + 1u);
    let weight = 1f - part * part;
    sums += vec2f(weight * noise_at(x, y), weight * weight);
    heading = select(-axis, axis, dot(axis, heading) >= 0f);
  }
  return sums;
}

@compute @workgroup_size(8, 8)
fn convolution(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= args.width || id.y >= args.height) {
    return;
  }
  let pixel = id.y * args.width + id.x;
  let axis = axis_at(pixel);
  var streak = 0.5f;
  if (any(axis != vec2f())) {
    let centre = vec2f(f32(id.x), f32(id.y)) + 0.5f;
    let sums = vec2f(noise_at(id.x, id.y), 1f) + (walk(centre, axis) + walk(centre, -axis));
    streak += sums.x / (CONTRAST * sqrt(sums.y / 12f));
  }
  streaks[pixel] = clamp(streak, 0f, 1f);
}
