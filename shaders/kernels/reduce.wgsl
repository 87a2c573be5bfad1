// reduce.wgsl: statistics of λ₁ over the good pixels of a field, in three steps
//
//   step 0   partials[g]: minimum, maximum, sum and number of the good pixels of workgroup g; counts = 0
//   step 1   summary from the partials; counts[b]: good pixels in bin b of BINS from minimum to maximum
//   step 2   low and high of the summary, within their bins by linear interpolation; one workgroup
//
// @use lib/summary.wgsl
// group 1     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 partials[workgroup], at most LANES ·
//             3 summary · 4 counts[BINS]
// units       λ as stored
// numerics    each lane sums its pixels in ascending order, then lanes and workgroups by halves: a fixed
//             order. Ranks are whole numbers. select() is much cheaper than min and max on software.

const LANES = 64u; // @set fewer on a software adapter, which may compile an instruction for each number of `shares`
const BINS: u32 = 4096u;
const BINS_A_LANE: u32 = BINS / LANES;

struct ReduceArgs {
  pixel_count: u32,
  step: u32,
}

struct Share {
  minimum: f32,
  maximum: f32,
  sum: f32,
  good_count: u32,
}

@group(1) @binding(0) var<uniform> args: ReduceArgs;
@group(1) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> partials: array<Share>;
@group(1) @binding(3) var<storage, read_write> summary: Summary;
@group(1) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;

const EMPTY: Share = Share(-BAD, BAD, 0f, 0u);

var<workgroup> shares: array<Share, LANES>;
var<workgroup> totals: array<u32, LANES>;

// The lanes' shares as one; all lanes call it.
fn merge_lanes(lane: u32, own: Share) -> Share {
  shares[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let a = shares[lane];
      let b = shares[lane + half];
      shares[lane] = Share(
        select(a.minimum, b.minimum, b.minimum < a.minimum),
        select(a.maximum, b.maximum, b.maximum > a.maximum),
        a.sum + b.sum,
        a.good_count + b.good_count,
      );
    }
  }
  workgroupBarrier();
  return shares[0];
}

fn share_of_pixels(first: u32, stride: u32) -> Share {
  var own = EMPTY;
  for (var pixel = first; pixel < args.pixel_count; pixel += stride) {
    let value = exponents[pixel].x;
    let good = value > BAD;
    own.minimum = select(own.minimum, value, good & (value < own.minimum));
    own.maximum = select(own.maximum, value, value > own.maximum);
    own.sum += select(0f, value, good);
    own.good_count += select(0u, 1u, good);
  }
  return own;
}

// Without low and high, which come with step 2.
fn summary_of(all: Share) -> Summary {
  if (all.good_count == 0u) {
    return Summary();
  }
  return Summary(all.minimum, all.maximum, all.sum / f32(all.good_count), 0f, 0f, all.good_count);
}

fn count_pixels(first: u32, stride: u32, all: Share) {
  let range = all.maximum - all.minimum;
  let bins_a_unit = select(0f, f32(BINS) / range, range > 1e-30f);
  for (var pixel = first; pixel < args.pixel_count; pixel += stride) {
    let value = exponents[pixel].x;
    if (value > BAD) {
      let bin = u32((value - all.minimum) * bins_a_unit);
      atomicAdd(&counts[select(BINS - 1u, bin, bin < BINS)], 1u);
    }
  }
}

// The value of rank − excess, if it lies in a bin with `below` counts before it and `count` inside.
fn value_in_bin(bin: u32, below: u32, rank: u32, excess: f32, count: u32) -> f32 {
  let place = (f32(bin) + (f32(rank - below) - excess) / f32(count)) / f32(BINS);
  return summary.minimum + place * (summary.maximum - summary.minimum);
}

fn find_quantiles(lane: u32) {
  let first = lane * BINS_A_LANE;
  var total = 0u;
  for (var bin = first; bin < first + BINS_A_LANE; bin++) {
    total += atomicLoad(&counts[bin]);
  }
  totals[lane] = total;
  workgroupBarrier();
  var below = 0u;
  for (var i = 0u; i < lane; i++) {
    below += totals[i];
  }
  // 0.01 n and 0.99 n, as the next whole number and what that is too much.
  let rest = summary.good_count % 100u;
  let low_rank = (summary.good_count + 99u) / 100u;
  let low_excess = select(0f, 1f - f32(rest) / 100f, rest > 0u);
  let high_rank = summary.good_count - summary.good_count / 100u;
  let high_excess = f32(rest) / 100f;
  for (var bin = first; bin < first + BINS_A_LANE; bin++) {
    let count = atomicLoad(&counts[bin]);
    if ((below < low_rank) & (low_rank <= below + count)) {
      summary.low = value_in_bin(bin, below, low_rank, low_excess, count);
    }
    if ((below < high_rank) & (high_rank <= below + count)) {
      summary.high = value_in_bin(bin, below, high_rank, high_excess, count);
    }
    below += count;
  }
}

@compute @workgroup_size(LANES)
fn reduce(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let stride = groups.x * LANES;
  if (args.step == 2u) {
    find_quantiles(lane);
    return;
  }
  var own = EMPTY;
  if (args.step == 0u) {
    own = share_of_pixels(id.x, stride);
  } else if (lane < groups.x) {
    own = partials[lane];
  }
  let all = merge_lanes(lane, own);
  if (args.step == 1u) {
    if (id.x == 0u) {
      summary = summary_of(all);
    }
    count_pixels(id.x, stride, all);
    return;
  }
  if (lane == 0u) {
    partials[group.x] = all;
  }
  for (var bin = id.x; bin < BINS; bin += stride) {
    atomicStore(&counts[bin], 0u);
  }
}
