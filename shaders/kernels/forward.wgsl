// forward.wgsl: pushes columns of states through a run of ops
//
//   states[output of op] = Φ_op(states[input of op]),   op = first_op … first_op + op_count − 1
//
// @use lib/network.wgsl
// @use ops/*
// group 1     0 args · 1 states[network][block][column_stride], blocks of 4 rows
// grid        x: tiles of TILE columns; z: networks; y: row lanes. With one workgroup along y, a dispatch may run many
//             ops: a workgroup owns its columns and waits between ops. With more, one op a dispatch, and elementwise ones
//             behind it, whose places are their own: an invocation reads back what it wrote.
// units       inputs in standardised units
// numerics    rows beyond a width hold finite padding; columns beyond column_count are computed and hold
//             whatever the buffer held, so column_stride is a multiple of the tile

const TILE = 4u; // @set columns an invocation computes together

override COLUMN_LANES: u32 = 8;
override ROW_LANES: u32 = 8;

struct ForwardArgs {
  first_op: u32,
  op_count: u32,
  column_count: u32,
  column_stride: u32,
  state_blocks: u32,     // of a column
  parameter_blocks: u32, // of a network
}

@group(1) @binding(0) var<uniform> args: ForwardArgs;
@group(1) @binding(1) var<storage, read_write> states: array<vec4f>;

// First block of the network's states.
var<private> first_block: u32;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[(first_block + block) * args.column_stride + column];
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn run_forward(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_forward(op, block, column);
    }
    // @end
    default: {
      return array<vec4f, TILE>();
    }
  }
}

@compute @workgroup_size(COLUMN_LANES, ROW_LANES)
fn forward(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let column = id.x * TILE;
  first_block = id.z * args.state_blocks;
  for (var index = args.first_op; index < args.first_op + args.op_count; index++) {
    var op = program[index];
    op.parameters += id.z * args.parameter_blocks;
    if (column < args.column_count) {
      for (var block = id.y; block < block_count(op.output_width); block += groups.y * ROW_LANES) {
        let tile = run_forward(op, block, column);
        // @unroll
        for (var c = 0u; c < TILE; c++) {
          states[(first_block + op.output_offset + block) * args.column_stride + column + c] = tile[c];
        }
      }
    }
    storageBarrier();
  }
}
