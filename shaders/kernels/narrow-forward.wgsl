// narrow-forward.wgsl: pushes columns of states through the layers of a narrow network, on chip
//
//   states[output of op] = Φ_op(states[input of op]),   op = first_op … first_op + op_count − 1
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/rows.wgsl
// @use lib/shared-weights.wgsl
// group 1     0 args · 1 states[network][block][column_stride], blocks of 4 rows: outputs of all ops are written
// grid        x: tiles of TILE columns, those of padding too; z: networks
// ops         an affine op and an activation each, so that no branch copies the rows
// numerics    as kernels/forward.wgsl; sums run over k in ascending order, four products at a time

override LANES: u32 = 4;

struct NarrowForwardArgs {
  first_op: u32,
  op_count: u32,         // even
  column_count: u32,
  column_stride: u32,
  state_blocks: u32,     // of a column
  parameter_blocks: u32, // of a network
}

@group(1) @binding(0) var<uniform> args: NarrowForwardArgs;
@group(1) @binding(1) var<storage, read_write> states: array<vec4f>;

fn store(place: u32, width: u32, column: u32) {
  for (var block = 0u; block < block_count(width); block++) {
    for (var c = 0u; c < TILE; c++) {
      states[(place + block) * args.column_stride + column + c] = four_rows(block, c);
    }
  }
}

fn affine(op: Op) {
  let input_blocks = block_count(op.input_width);
  let biases = bias_place(op);
  var weights: array<array<vec4f, BLOCKS>, WIDTH>;
  var bias: array<f32, WIDTH>;
  // @unroll
  for (var row = 0u; row < WIDTH; row++) {
    let live = row < op.output_width;
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      weights[row][k] = shared_block(op.parameters + row * input_blocks + k, live & (k < input_blocks));
    }
    bias[row] = select(0.0, parameters[biases + row / 4u][row % 4u], live);
  }
  // @unroll
  for (var c = 0u; c < TILE; c++) {
    var own: array<vec4f, BLOCKS>;
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      own[k] = four_rows(k, c);
    }
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      var sum = bias[row];
      // @unroll
      for (var k = 0u; k < BLOCKS; k++) {
        sum += dot(weights[row][k], own[k]);
      }
      rows[row * TILE + c] = sum;
    }
  }
}

fn activate(op: Op) {
  for (var q = 0u; q < QUADS; q++) {
    let x = vec4f(rows[4u * q], rows[4u * q + 1u], rows[4u * q + 2u], rows[4u * q + 3u]);
    let y = activation_value(op.choice, x, op.factor);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      rows[4u * q + j] = y[j];
    }
  }
}

@compute @workgroup_size(LANES)
fn narrow_forward(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE;
  start_sharing();
  let first_block = id.z * args.state_blocks;
  let input = program[args.first_op];
  for (var block = 0u; block < block_count(input.input_width); block++) {
    for (var c = 0u; c < TILE; c++) {
      let place = first_block + input.input_offset + block;
      put_rows(block, c, states[place * args.column_stride + column + c]);
    }
  }
  for (var index = args.first_op; index < args.first_op + args.op_count; index += 2u) {
    var op = program[index];
    op.parameters += id.z * args.parameter_blocks;
    affine(op);
    store(first_block + op.output_offset, op.output_width, column);
    let next = program[index + 1u];
    activate(next);
    store(first_block + next.output_offset, next.output_width, column);
  }
}
