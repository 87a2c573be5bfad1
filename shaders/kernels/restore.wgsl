// restore.wgsl: undoes the step that left a parameter not finite, if there was one
//
//   weights[n] = those before, from first_block on   if status[n][1] is a step
//
// @use lib/training.wgsl
// group 1     0 args · 1 weights[network][parameter_blocks] · 2 memory[4][network][parameter_blocks], as
//             kernels/update.wgsl leaves it · 3 status[network][2]
// grid        one invocation a block; y: folded; z: networks
// numerics    runs last in every submission with steps, so that no other work sees such weights. It may run
//             again: after a failed step nothing writes the memory.

override LANES: u32 = 64;

struct RestoreArgs {
  parameter_blocks: u32, // of a network
  first_block: u32,      // blocks before it belong to frozen layers, which no step writes
}

@group(1) @binding(0) var<uniform> args: RestoreArgs;
@group(1) @binding(1) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read> memory: array<vec4f>;
@group(1) @binding(3) var<storage, read> status: array<u32>;

@compute @workgroup_size(LANES)
fn restore(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.y * groups.x * LANES + id.x;
  let is_trained = (place >= args.first_block) & (place < args.parameter_blocks);
  if (is_trained & (status[2u * id.z + 1u] != NEVER)) {
    let own = id.z * args.parameter_blocks + place;
    weights[own] = memory[3u * groups.z * args.parameter_blocks + own];
  }
}
