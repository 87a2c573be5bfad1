// tangent.wgsl: pushes the tangents of every point through one op
//
//   tangents[output of op] = J_op(states[input of op]) tangents[input of op] · 2^-(shift + exponent)
//
// @use lib/network.wgsl
// @use lib/singular.wgsl
// @use ops/*
// group 1     0 args · 1 states[block][stride] · 2 tangents[block][side][stride]; their first block is block
//             tangent_base of a column of states · 3 tops[4][stride]: bits of the largest component of the
//             tangents after op i at i mod 3, and of all numbers met so far at 3
//             4 powers[stride]: tangents stand for 2^powers times themselves
// grid        x: tiles of TILE columns; y: blocks of the output, z: sides, of which one workgroup each is
//             enough
// order       after kernels/forward.wgsl has run the op: its output counts as a number met
// numerics    all tangents of a point share one factor: what an op left is scaled to a largest component in
//             [1, 2) when the next op reads it, so that no number of layers leaves the range of f32

const TILE = 4u; // @set columns an invocation computes together

override COLUMN_LANES: u32 = 8;
override ROW_LANES: u32 = 8;

const MET: u32 = 3u;

struct TangentArgs {
  op_index: u32,
  column_count: u32,
  column_stride: u32,
  side_count: u32,
  tangent_base: u32,
}

@group(1) @binding(0) var<uniform> args: TangentArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> tangents: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> tops: array<atomic<i32>>;
@group(1) @binding(4) var<storage, read_write> powers: array<f32>;

var<private> present_side: u32;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[block * args.column_stride + column];
}

fn tangent_place(block: u32, column: u32) -> u32 {
  let row = (block - args.tangent_base) * args.side_count + present_side;
  return row * args.column_stride + column;
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return tangents[tangent_place(block, column)];
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn largest_shift(op: Op, column: u32) -> i32 {
  var shift = 0;
  switch op.code {
    // @each affine
    case AFFINE: {
      shift = affine_slope_shift(op, 0u, column);
      for (var k = 1u; k < block_count(op.input_width); k++) {
        shift = max(shift, affine_slope_shift(op, k, column));
      }
    }
    // @end
    default: {}
  }
  return shift;
}

fn find_slopes(op: Op, block: u32, column: u32, shifts: array<i32, TILE>) -> array<vec4f, TILE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_slopes(op, block, column, shifts);
    }
    // @end
    default: {
      return array<vec4f, TILE>();
    }
  }
}

fn run_tangent(op: Op, block: u32, column: u32, slopes: array<vec4f, TILE>) -> array<vec4f, TILE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_tangent(op, block, column, slopes);
    }
    // @end
    default: {
      return array<vec4f, TILE>();
    }
  }
}

@compute @workgroup_size(COLUMN_LANES, ROW_LANES)
fn tangent(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let first = id.x * TILE;
  let op = program[args.op_index];
  let blocks = block_count(op.output_width);
  if (first >= args.column_count || id.y >= blocks || id.z >= args.side_count) {
    return;
  }
  let before = ((args.op_index + 2u) % 3u) * args.column_stride + first;
  let after = (args.op_index % 3u) * args.column_stride + first;
  let next = ((args.op_index + 1u) % 3u) * args.column_stride + first;
  let met = MET * args.column_stride + first;
  let started = args.op_index > 0u;
  var shifts: array<i32, TILE>;
  var factors: array<f32, TILE>;
  for (var c = 0u; c < TILE; c++) {
    let top = atomicLoad(&tops[before + c]);
    shifts[c] = largest_shift(op, first + c);
    factors[c] = select(1f, inverse_power(top), started);
    if (id.y == 0u && id.z == 0u) {
      powers[first + c] += f32(shifts[c]) + select(0f, exponent_of(top), started);
      atomicStore(&tops[next + c], 0);
    }
  }
  for (var block = id.y; block < blocks; block += groups.y * ROW_LANES) {
    let slopes = find_slopes(op, block, first, shifts);
    var sizes = array<i32, TILE>();
    for (var side = id.z; side < args.side_count; side += groups.z) {
      present_side = side;
      let tile = run_tangent(op, block, first, slopes);
      // @unroll
      for (var c = 0u; c < TILE; c++) {
        let value = factors[c] * tile[c];
        tangents[tangent_place(op.output_offset + block, first + c)] = value;
        sizes[c] = max(sizes[c], top_bits(value));
      }
    }
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      atomicMax(&tops[after + c], sizes[c]);
      let state = top_bits(states[(op.output_offset + block) * args.column_stride + first + c]);
      atomicMax(&tops[met + c], max(state, sizes[c]));
    }
  }
}
