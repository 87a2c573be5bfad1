// restore.wgsl: undoes the step that left a parameter not finite, if there was one
//
//   weights = previous   if status[1] is a step
//
// @use lib/training.wgsl
// group 1     0 args · 1 weights[parameter_blocks] · 2 previous[parameter_blocks] · 3 status[2]
// grid        one invocation a block; folded into y
// numerics    runs last in every submission with steps, so that no other work sees such weights. It may run
//             again: after a failed step nothing writes `previous`.

override LANES: u32 = 64;

struct RestoreArgs {
  parameter_blocks: u32,
}

@group(1) @binding(0) var<uniform> args: RestoreArgs;
@group(1) @binding(1) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(2) var<storage, read> previous: array<vec4f>;
@group(1) @binding(3) var<storage, read> status: array<u32, 2>;

@compute @workgroup_size(LANES)
fn restore(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.y * groups.x * LANES + id.x;
  if (place < args.parameter_blocks && status[1] != NEVER) {
    weights[place] = previous[place];
  }
}
