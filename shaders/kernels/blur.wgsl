// blur.wgsl: Gaussian smoothing of λ₁ along one axis of a field
//
//   axis 0   rows[p] = (Σ w_k λ_{p+k}, Σ w_k)               over good pixels p + k of the row
//   axis 1   smoothed[p] = Σ w_k rows.x / Σ w_k rows.y       over the column; BAD where no pixel counts
//
// group 1     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 rows[pixel] · 3 smoothed[pixel]
// units       sigma in pixels; λ as stored; BAD = −3e38
// numerics    w_k = exp(−k²/2σ²), |k| <= reach; weights are renormalised at edges and next to bad pixels

const BAD: f32 = -3e38f;

override LANES: u32 = 64;

struct BlurArgs {
  width: u32,
  height: u32,
  axis: u32,
  reach: i32,
  sigma: f32,
}

@group(1) @binding(0) var<uniform> args: BlurArgs;
@group(1) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> rows: array<vec2f>;
@group(1) @binding(3) var<storage, read_write> smoothed: array<f32>;

fn weight(k: i32) -> f32 {
  let x = f32(k) / args.sigma;
  return exp(-0.5f * x * x);
}

@compute @workgroup_size(LANES)
fn blur(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let pixel = id.y * groups.x * LANES + id.x;
  if (pixel >= args.width * args.height) {
    return;
  }
  let x = i32(pixel % args.width);
  let y = i32(pixel / args.width);
  var sum = vec2f();
  if (args.axis == 0u) {
    for (var k = max(-args.reach, -x); k <= min(args.reach, i32(args.width) - 1 - x); k++) {
      let value = exponents[i32(pixel) + k].x;
      let w = select(weight(k), 0f, value <= BAD);
      sum += w * vec2f(select(value, 0f, value <= BAD), 1f);
    }
    rows[pixel] = sum;
    return;
  }
  for (var k = max(-args.reach, -y); k <= min(args.reach, i32(args.height) - 1 - y); k++) {
    sum += weight(k) * rows[i32(pixel) + k * i32(args.width)];
  }
  smoothed[pixel] = select(BAD, sum.x / max(sum.y, 1e-30f), sum.y > 1e-6f);
}
