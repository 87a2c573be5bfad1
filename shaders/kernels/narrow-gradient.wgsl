// narrow-gradient.wgsl: pulls columns of cotangents back through the layers of a narrow network, on chip, and sums
// the gradients of their parameters over the columns of a tile
//
//   x̄ = J_opᵀ ȳ,   partial gradient W̄ = Σ ȳ xᵀ,  b̄ = Σ ȳ   from the last op to first_op
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/rows.wgsl
// @use lib/shared-weights.wgsl
// group 1     0 args · 1 states and 2 cotangents [network][block][column_stride]; of cotangents, those of the outputs
//             3 partials[network][tile][parameter_blocks + 1]: what no parameter of these ops
//             stands for is left alone; the last block takes what belongs nowhere
// grid        x: tiles of TILE columns, those of padding too; z: networks
// ops         an affine op and an activation each
// numerics    sums run over columns, and over rows of W, in ascending order, four products at a time; columns
//             of padding count nothing

override LANES: u32 = 4;

@group(1) @binding(0) var<uniform> args: TrainingArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> cotangents: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> partials: array<vec4f>;

// ȳ to g'(x) ȳ, of rows as they are.
fn pull_activation(op: Op, first_block: u32, column: u32) {
  for (var block = 0u; block < block_count(op.input_width); block++) {
    for (var c = 0u; c < TILE; c++) {
      let x = states[(first_block + op.input_offset + block) * args.column_stride + column + c];
      put_rows(block, c, activation_slope(op.choice, x, op.factor, 0) * four_rows(block, c));
    }
  }
}

// Writes Σ ȳ xᵀ and Σ ȳ over the tile. Blocks that the op lacks go to the last block of the tile's partials.
fn sum_affine(op: Op, first_block: u32, column: u32, first_partial: u32) {
  let input_blocks = block_count(op.input_width);
  let place = first_partial + op.parameters;
  let nowhere = first_partial + args.parameter_blocks;
  // Four columns of a row each.
  var inputs: array<array<vec4f, FOURS>, 4u * BLOCKS>;
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    let live = vec4u(0u, 1u, 2u, 3u) + 4u * k < vec4u(op.input_width);
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      let x = states[(first_block + op.input_offset + k) * args.column_stride + column + c];
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        inputs[4u * k + j][c / 4u][c % 4u] = select(0.0, x[j], live[j]);
      }
    }
  }
  for (var row = 0u; row < WIDTH; row++) {
    var own = array<vec4f, FOURS>();
    // @unroll
    for (var four = 0u; four < FOURS; four++) {
      own[four] = four_columns(row, four);
    }
    var sums = array<f32, 4u * BLOCKS>();
    // @unroll
    for (var k = 0u; k < WIDTH; k++) {
      // @unroll
      for (var four = 0u; four < FOURS; four++) {
        sums[k] += dot(own[four], inputs[k][four]);
      }
    }
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let live = (row < op.output_width) & (k < input_blocks);
      let found = vec4f(sums[4u * k], sums[4u * k + 1u], sums[4u * k + 2u], sums[4u * k + 3u]);
      partials[select(nowhere, place + row * input_blocks + k, live)] = found;
    }
  }
  let output_blocks = block_count(op.output_width);
  for (var block = 0u; block < output_blocks; block++) {
    var sum = vec4f();
    for (var c = 0u; c < TILE; c++) {
      sum += four_rows(block, c);
    }
    partials[place + 4u * output_blocks * input_blocks + block] = sum;
  }
}

// ȳ to Wᵀ ȳ.
fn pull_affine(op: Op, first_parameter: u32) {
  let input_blocks = block_count(op.input_width);
  // Four rows of a column each.
  var weights: array<array<vec4f, BLOCKS>, 4u * BLOCKS>;
  // @unroll
  for (var row = 0u; row < WIDTH; row++) {
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let place = first_parameter + op.parameters + row * input_blocks + k;
      let four = shared_block(place, (row < op.output_width) & (k < input_blocks));
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        weights[4u * k + j][row / 4u][row % 4u] = four[j];
      }
    }
  }
  // @unroll
  for (var c = 0u; c < TILE; c++) {
    var own: array<vec4f, BLOCKS>;
    // @unroll
    for (var block = 0u; block < BLOCKS; block++) {
      own[block] = four_rows(block, c);
    }
    // @unroll
    for (var k = 0u; k < WIDTH; k++) {
      var sum = 0.0;
      // @unroll
      for (var block = 0u; block < BLOCKS; block++) {
        sum += dot(weights[k][block], own[block]);
      }
      rows[k * TILE + c] = sum;
    }
  }
}

@compute @workgroup_size(LANES)
fn narrow_gradient(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE;
  start_sharing();
  let first_block = id.z * args.state_blocks;
  let tile_count = args.column_stride / TILE;
  let first_partial = (id.z * tile_count + id.x) * (args.parameter_blocks + 1u);
  for (var block = 0u; block < block_count(args.output_width); block++) {
    for (var c = 0u; c < TILE; c++) {
      let place = first_block + args.output_offset + block;
      let found = cotangents[place * args.column_stride + column + c];
      put_rows(block, c, select(vec4f(), found, column + c < args.column_count));
    }
  }
  for (var end = arrayLength(&program); end > args.first_op; end -= 2u) {
    pull_activation(program[end - 1u], first_block, column);
    let affine = program[end - 2u];
    sum_affine(affine, first_block, column, first_partial);
    if (end == args.first_op + 2u) {
      return;
    }
    pull_affine(affine, id.z * args.parameter_blocks);
  }
}
