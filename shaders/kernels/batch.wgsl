// batch.wgsl: gathers the samples of one batch from the resident data set
//
//   samples[n][c] = π_epoch(first_sample + c),   inputs of column c of network n = points[samples[n][c]]
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use lib/random.wgsl
// group 1     0 args · 1 points[sample][input_blocks] · 2 samples[network][column_stride]
//             3 states[network][block][column_stride]: the first input_blocks are written · 4 members[network]
// grid        x: columns; y: lanes that share the blocks of a column; z: networks
// numerics    positions past train_count go on in the next epoch's permutation (reference/training.ts)

override LANES: u32 = 64;

@group(1) @binding(0) var<uniform> args: TrainingArgs;
@group(1) @binding(1) var<storage, read> points: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> samples: array<u32>;
@group(1) @binding(3) var<storage, read_write> states: array<vec4f>;
@group(1) @binding(4) var<storage, read> members: array<Member>;

@compute @workgroup_size(LANES)
fn batch(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  var sample = args.first_sample + column;
  if (args.is_training == 1u) {
    let epoch = args.epoch + sample / args.train_count;
    let key = vec2u(members[id.z].key_low, members[id.z].key_high);
    sample = permute(sample % args.train_count, args.train_count, key, epoch);
  }
  if (id.y == 0u) {
    samples[id.z * args.column_stride + column] = sample;
  }
  let input_blocks = block_count(args.input_width);
  let first_block = id.z * args.state_blocks;
  for (var block = id.y; block < input_blocks; block += groups.y) {
    states[(first_block + block) * args.column_stride + column] = points[sample * input_blocks + block];
  }
}
