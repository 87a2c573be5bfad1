// backward.wgsl: pulls columns of cotangents back through a run of ops
//
//   cotangents[input of op] = J_opᵀ cotangents[output of op],   op = last_op, last_op − 1, … (op_count of them)
//
// @use lib/network.wgsl
// @use ops/*
// group 1     0 args · 1 states[network][block][column_stride], blocks of 4 rows · 2 cotangents, likewise
// grid        as kernels/forward.wgsl
// numerics    padding rows of a cotangent are 0; columns beyond column_count mean nothing

const TILE = 4u; // @set columns an invocation computes together

override COLUMN_LANES: u32 = 8;
override ROW_LANES: u32 = 8;

struct BackwardArgs {
  last_op: u32,
  op_count: u32,
  column_count: u32,
  column_stride: u32,
  state_blocks: u32,     // of a column
  parameter_blocks: u32, // of a network
}

@group(1) @binding(0) var<uniform> args: BackwardArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> cotangents: array<vec4f>;

// First block of the network's states.
var<private> first_block: u32;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[(first_block + block) * args.column_stride + column];
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return cotangents[(first_block + block) * args.column_stride + column];
}

fn run_backward(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_cotangent(op, block, column);
    }
    // @end
    default: {
      return array<vec4f, TILE>();
    }
  }
}

@compute @workgroup_size(COLUMN_LANES, ROW_LANES)
fn backward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let column = id.x * TILE;
  first_block = id.z * args.state_blocks;
  for (var i = 0u; i < args.op_count; i++) {
    var op = program[args.last_op - i];
    op.parameters += id.z * args.parameter_blocks;
    if (column < args.column_count) {
      for (var block = id.y; block < block_count(op.input_width); block += groups.y * ROW_LANES) {
        let tile = run_backward(op, block, column);
        // @unroll
        for (var c = 0u; c < TILE; c++) {
          cotangents[(first_block + op.input_offset + block) * args.column_stride + column + c] = tile[c];
        }
      }
    }
    storageBarrier();
  }
}
