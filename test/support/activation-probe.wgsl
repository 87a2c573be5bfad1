// activation-probe.wgsl: the functions of lib/activation.wgsl on a list of blocks, for tests
//
// @use lib/activation.wgsl
// group 0     0 args · 1 inputs[block_count] · 2 values[block_count] · 3 slopes[block_count], times 2^-shift
//             4 shifts[block_count]: activation_shift of each block · 5 flags[block_count]: is_finite4

struct ActivationProbeArgs {
  block_count: u32,
  choice: u32,
  alpha: f32,
  shift: i32,
}

@group(0) @binding(0) var<uniform> args: ActivationProbeArgs;
@group(0) @binding(1) var<storage, read> inputs: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> slopes: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> shifts: array<i32>;
@group(0) @binding(5) var<storage, read_write> flags: array<u32>;

@compute @workgroup_size(64)
fn activation_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= args.block_count) {
    return;
  }
  let x = inputs[id.x];
  let both = activation_both(args.choice, x, args.alpha, vec4i(args.shift));
  values[id.x] = both.value;
  slopes[id.x] = both.slope;
  shifts[id.x] = activation_shift(args.choice, x, args.alpha);
  flags[id.x] = u32(is_finite4(x));
}
