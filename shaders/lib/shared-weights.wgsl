// shared-weights.wgsl: weights that all lanes want, each of them fetched once
//
//   start_sharing()                 to be called first, by all lanes at once
//   shared_block(place, is_live)    parameters[place]; 0 if it is not live
//   shared_block_and_bias(place, is_live, bias, entry, bias_is_live)
//                                   its first three entries, and parameters[bias][entry] as the fourth
//   for_all(condition)              whether it is so for all lanes that share: what they do next, they do together
//
// @use lib/network.wgsl
// cost        with subgroups, a load of one number a lane, then four moves between lanes: on SwiftShader, whose loads are
//             gathers of 11 to 15 ns, a quarter of the time. Without, four such loads
// calls       places are the same for all lanes, and all lanes of a subgroup run: what the compiler cannot see is seen to
//             by for_all

const SUBGROUPS = 0u; // @set 1 where lanes hand numbers to each other

// @if SUBGROUPS enable subgroups;
// @if SUBGROUPS diagnostic(off, subgroup_uniformity);

// Which lane of its four it is.
var<private> sharing_lane: u32;

fn start_sharing() {
  sharing_lane = 0u; // @if SUBGROUPS sharing_lane = subgroupExclusiveAdd(1u) % 4u;
}

// What the four lanes have.
fn handed(own: f32) -> vec4f {
  return vec4f(own); // @if SUBGROUPS return vec4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u), quadBroadcast(own, 3u));
}

fn for_all(condition: bool) -> bool {
  return condition; // @if SUBGROUPS return subgroupAll(condition);
}

fn shared_block(place: u32, is_live: bool) -> vec4f {
  return select(vec4f(), parameters[place], is_live); // @if SUBGROUPS return handed(select(0.0, parameters[place][sharing_lane], is_live));
}

fn shared_block_and_bias(place: u32, is_live: bool, bias: u32, entry: u32, bias_is_live: bool) -> vec4f {
  let is_last = sharing_lane == 3u;
  let found = parameters[select(place, bias, is_last)][select(sharing_lane, entry, is_last)];
  let own = select(0.0, found, select(is_live, bias_is_live, is_last));
  let four = vec4f(parameters[place].xyz, parameters[bias][entry]);
  return select(vec4f(), four, vec4<bool>(vec3<bool>(is_live), bias_is_live)); // @if SUBGROUPS return handed(own);
}
