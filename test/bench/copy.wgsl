// copy.wgsl: storage bandwidth, each block read once and written once
//
//   copies[i] = source[i]
//
// group 0     0 args · 1 source[block_count] · 2 copies[block_count]
// grid        folded into y

const LANES: u32 = 64u;

struct CopyArgs {
  block_count: u32,
}

@group(0) @binding(0) var<uniform> args: CopyArgs;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> copies: array<vec4f>;

@compute @workgroup_size(LANES)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.y * groups.x * LANES + id.x;
  if (place < args.block_count) {
    copies[place] = source[place];
  }
}
