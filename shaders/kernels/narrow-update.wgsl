// narrow-update.wgsl: the optimizer's step from partial gradients
//
//   G = Σ_tiles partial gradient (kernels/narrow-gradient.wgsl), then as lib/optimizer.wgsl
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use lib/optimizer.wgsl
// group 1     1 partials[network][tile][parameter_blocks + 1] · 0 and 3 to 6 of lib/optimizer.wgsl
// grid        x: blocks of parameters from op first_op on; z: networks
// numerics    sums over tiles in ascending order, on from those of the parts before

override LANES: u32 = 64;
override TILE: u32 = 8; // columns of a tile

@group(1) @binding(1) var<storage, read> partials: array<vec4f>;

@compute @workgroup_size(LANES)
fn narrow_update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = program[args.first_op].parameters + id.x;
  if (block >= args.parameter_blocks || has_failed(id.z)) {
    return;
  }
  let stride = args.parameter_blocks + 1u;
  let first = id.z * (args.column_stride / TILE) * stride + block;
  let place = id.z * args.parameter_blocks + block;
  let all_blocks = groups.z * args.parameter_blocks;
  var sum = gradient_so_far(place, all_blocks);
  for (var tile = 0u; tile < (args.column_count + TILE - 1u) / TILE; tile++) {
    sum += partials[first + tile * stride];
  }
  descend(place, all_blocks, id.z, sum);
}
