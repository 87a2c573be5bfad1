// workgroup-reads.wgsl: bandwidth of workgroup memory, blocks of 16 bytes that lanes read
//
//   sums[i] = Σ over rounds and k of tile[(lane + round + SHIFT · k) mod BLOCKS],  k = 1 … READS
//
// group 0     0 args · 1 sums[invocation]: so that nothing is left out as useless
// numerics    neighbouring lanes read neighbouring blocks, so that no bank is asked twice at a time

const LANES: u32 = 64u;
const BLOCKS: u32 = 256u;
const READS: u32 = 8u;
const SHIFT: u32 = 32u;

struct WorkgroupReadsArgs {
  rounds: u32,
}

@group(0) @binding(0) var<uniform> args: WorkgroupReadsArgs;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;

var<workgroup> tile: array<vec4f, BLOCKS>;

@compute @workgroup_size(LANES)
fn workgroup_reads(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = lane; i < BLOCKS; i += LANES) {
    tile[i] = vec4f(f32(i));
  }
  workgroupBarrier();
  var sum = vec4f();
  for (var round = 0u; round < args.rounds; round++) {
    let place = lane + round;
    // @unroll
    for (var k = 0u; k < READS; k++) {
      sum += tile[(place + SHIFT * k) % BLOCKS];
    }
  }
  sums[id.x] = sum;
}
