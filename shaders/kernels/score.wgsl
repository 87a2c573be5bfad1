// score.wgsl: sums of the scores of samples, in an order that does not depend on the device
//
//   sums[n][place] = (Σ loss, number of right classes, number of losses that are not finite, 0)
//
// @use lib/activation.wgsl
// group 1     0 args · 1 scores[network][sample]: loss, and 1 if the class is right
//             2 sums[network][2]
// grid        one workgroup a network
// numerics    lane i sums samples i, i + LANES, …; then lanes in pairs. Losses that are not finite count
//             as 0 in the sum.

const LANES = 64u; // @set as in reduce.wgsl

struct ScoreArgs {
  sample_count: u32,
  place: u32,
}

@group(1) @binding(0) var<uniform> args: ScoreArgs;
@group(1) @binding(1) var<storage, read> scores: array<vec2f>;
@group(1) @binding(2) var<storage, read_write> sums: array<vec4f>;

var<workgroup> lane_sums: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn score(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let first = group.x * args.sample_count;
  var sum = vec4f();
  for (var sample = lane; sample < args.sample_count; sample += LANES) {
    let found = scores[first + sample];
    let finite = is_finite4(found.xxxx);
    sum += select(vec4f(0.0, found.y, 1.0, 0.0), vec4f(found.x, found.y, 0.0, 0.0), finite);
  }
  lane_sums[lane] = sum;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      lane_sums[lane] += lane_sums[lane + half];
    }
  }
  if (lane == 0u) {
    sums[2u * group.x + args.place] = lane_sums[0];
  }
}
