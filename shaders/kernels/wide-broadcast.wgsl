// wide-broadcast.wgsl: lib/wide.wgsl where lanes run in groups of four, which share the loads of weights
//
// @use lib/subgroups.wgsl
// @use lib/wide.wgsl
// group 1     as in lib/wide.wgsl
// grid        an invocation for POINTS pixels; folded into y. Subgroups have four lanes.
// cost        each lane loads one of four blocks of weights and hands it to the others: a quarter of the loads

override LANES: u32 = 16;

var<private> lane_now: u32;

fn weight_chunk(place: u32) -> array<vec4f, 4> {
  let own = parameters[place + lane_now];
  return array<vec4f, 4>(
    subgroupBroadcast(own, 0u),
    subgroupBroadcast(own, 1u),
    subgroupBroadcast(own, 2u),
    subgroupBroadcast(own, 3u),
  );
}

// All lanes stay together, so that none lacks what it gets from another.
fn lanes_agree(fit: bool) -> bool {
  return subgroupAll(fit);
}

@compute @workgroup_size(LANES)
fn wide_broadcast(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  lane_now = lane;
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  compute_points(first);
}
