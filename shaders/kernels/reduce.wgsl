// reduce.wgsl: statistics of λ₁ over the good pixels of a field, in two passes by one workgroup each
//
//   pass 0   summary: minimum, maximum, mean, good pixels
//   pass 1   counts[b]: good pixels in bin b of BINS between minimum and maximum
//
// group 1     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 statuses[pixel] (status | class << 8) ·
//             3 summary · 4 counts[BINS]
// units       λ as stored
// numerics    each lane sums its pixels in ascending order, then lane 0 the lanes': a fixed order

const LANES: u32 = 64u;
const BINS: u32 = 1024u;
const FAR: f32 = 3e38f;

struct ReduceArgs {
  pixel_count: u32,
  pass_index: u32,
}

struct Summary {
  minimum: f32,
  maximum: f32,
  mean: f32,
  good_count: u32,
}

@group(1) @binding(0) var<uniform> args: ReduceArgs;
@group(1) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(1) @binding(2) var<storage, read> statuses: array<u32>;
@group(1) @binding(3) var<storage, read_write> summary: Summary;
@group(1) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;

var<workgroup> partials: array<Summary, LANES>;

@compute @workgroup_size(LANES)
fn reduce(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (args.pass_index == 1u) {
    let range = max(summary.maximum - summary.minimum, 1e-30f);
    for (var pixel = id.x; pixel < args.pixel_count; pixel += groups.x * LANES) {
      if ((statuses[pixel] & 0xffu) == 0u) {
        let part = (exponents[pixel].x - summary.minimum) / range;
        atomicAdd(&counts[min(u32(part * f32(BINS)), BINS - 1u)], 1u);
      }
    }
    return;
  }
  var own = Summary(FAR, -FAR, 0f, 0u);
  for (var pixel = id.x; pixel < args.pixel_count; pixel += LANES) {
    if ((statuses[pixel] & 0xffu) == 0u) {
      let value = exponents[pixel].x;
      own.minimum = min(own.minimum, value);
      own.maximum = max(own.maximum, value);
      own.mean += value;
      own.good_count++;
    }
  }
  partials[id.x % LANES] = own;
  workgroupBarrier();
  if (id.x == 0u) {
    var all = Summary(FAR, -FAR, 0f, 0u);
    for (var lane = 0u; lane < LANES; lane++) {
      all.minimum = min(all.minimum, partials[lane].minimum);
      all.maximum = max(all.maximum, partials[lane].maximum);
      all.mean += partials[lane].mean;
      all.good_count += partials[lane].good_count;
    }
    all.mean /= max(f32(all.good_count), 1f);
    summary = all;
  }
}
