// narrow-backward.wgsl: pulls columns of cotangents back through the layers of a narrow network, on chip
//
//   cotangents[input of op] = J_opᵀ cotangents[output of op],   op = last_op, last_op − 1, … (op_count of them)
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/rows.wgsl
// group 1     0 args · 1 states[network][block][column_stride], blocks of 4 rows · 2 cotangents, likewise: those of
//             the inputs of all ops are written
// grid        x: tiles of TILE columns; z: networks
// ops         an affine op and an activation each; the last is an activation
// numerics    padding rows of a cotangent are 0; sums run over rows of W in ascending order

override LANES: u32 = 4;

struct NarrowBackwardArgs {
  last_op: u32,
  op_count: u32,
  column_count: u32,
  column_stride: u32,
  state_blocks: u32,     // of a column
  parameter_blocks: u32, // of a network
}

@group(1) @binding(0) var<uniform> args: NarrowBackwardArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> cotangents: array<vec4f>;

fn store(place: u32, width: u32, column: u32) {
  for (var block = 0u; block < block_count(width); block++) {
    for (var c = 0u; c < TILE; c++) {
      cotangents[(place + block) * args.column_stride + column + c] = four_rows(block, c);
    }
  }
}

// ȳ to g'(x) ȳ, of rows as they are.
fn pull_activation(op: Op, first_block: u32, column: u32) {
  for (var block = 0u; block < block_count(op.input_width); block++) {
    for (var c = 0u; c < TILE; c++) {
      let x = states[(first_block + op.input_offset + block) * args.column_stride + column + c];
      put_rows(block, c, activation_slope(op.choice, x, op.factor, 0) * four_rows(block, c));
    }
  }
}

// ȳ to Wᵀ ȳ.
fn pull_affine(op: Op) {
  let input_blocks = block_count(op.input_width);
  var weights: array<vec4f, WIDTH * BLOCKS>;
  // @unroll
  for (var row = 0u; row < WIDTH; row++) {
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let found = parameters[op.parameters + row * input_blocks + k];
      weights[row * BLOCKS + k] = select(vec4f(), found, (row < op.output_width) & (k < input_blocks));
    }
  }
  // @unroll
  for (var k = 0u; k < WIDTH; k++) {
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      var sum = 0.0;
      // @unroll
      for (var row = 0u; row < WIDTH; row++) {
        sum += weights[row * BLOCKS + k / 4u][k % 4u] * rows[row * TILE + c];
      }
      products[k * TILE + c] = sum;
    }
  }
  take_products();
}

@compute @workgroup_size(LANES)
fn narrow_backward(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE;
  if (column >= args.column_count || args.op_count == 0u) {
    return;
  }
  let first_block = id.z * args.state_blocks;
  let output = program[args.last_op];
  for (var block = 0u; block < block_count(output.output_width); block++) {
    for (var c = 0u; c < TILE; c++) {
      let place = first_block + output.output_offset + block;
      put_rows(block, c, cotangents[place * args.column_stride + column + c]);
    }
  }
  for (var i = 0u; i < args.op_count; i += 2u) {
    let op = program[args.last_op - i];
    pull_activation(op, first_block, column);
    store(first_block + op.input_offset, op.input_width, column);
    if (i + 1u == args.op_count) {
      return;
    }
    var before = program[args.last_op - i - 1u];
    before.parameters += id.z * args.parameter_blocks;
    pull_affine(before);
    store(first_block + before.input_offset, before.input_width, column);
  }
}
