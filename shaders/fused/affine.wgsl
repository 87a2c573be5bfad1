// affine.wgsl: y = W x + b and dy = W dx, on chip
//
// @use lib/network.wgsl
// @use lib/columns.wgsl
// @use lib/shared-weights.wgsl
// @use lib/singular.wgsl
// parameters  as in ops/affine.wgsl
// numerics    sums run over k in ascending order, four products at a time; what lies past the input is
//             summed too, with weights of 0, because a branch costs more

var<private> products: array<f32, WIDTH * COLUMNS>;

// The whole row `row` of all columns; 0 past the output.
fn affine_row(op: Op, row: u32) -> array<f32, COLUMNS> {
  let input_blocks = block_count(op.input_width);
  let is_live = row < op.output_width;
  let first = op.parameters + row * input_blocks;
  let biases = op.parameters + 4u * block_count(op.output_width) * input_blocks;
  var weights: array<vec4f, BLOCKS + 1u>;
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    // past the input there are weights of the next row
    weights[k] = select(vec4f(), shared_block(first + k), is_live & (k < input_blocks));
  }
  let rest_and_bias = shared_block_and_bias(first + BLOCKS, biases + row / 4u, row % 4u);
  // @unroll
  for (var j = 0u; j < REST; j++) {
    weights[BLOCKS][j] = select(0.0, rest_and_bias[j], is_live & (BLOCKS < input_blocks));
  }
  let bias = select(0.0, rest_and_bias.w, is_live);
  var sums: array<f32, COLUMNS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    sums[p] = bias;
  }
  // @unroll
  for (var c = 0u; c < COLUMNS; c++) {
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      sums[c] += dot(weights[k], column_block(4u * k * COLUMNS + c));
    }
    var rest = 0f;
    // @unroll
    for (var j = 0u; j < REST; j++) {
      rest += weights[BLOCKS][j] * columns[(4u * BLOCKS + j) * COLUMNS + c];
    }
    sums[c] += rest;
  }
  return sums;
}

// Four rows of a column from a place in columns.
fn column_block(place: u32) -> vec4f {
  return vec4f(
    columns[place],
    columns[place + COLUMNS],
    columns[place + 2u * COLUMNS],
    columns[place + 3u * COLUMNS],
  );
}

fn affine_advance(op: Op) {
  // @unroll
  for (var row = 0u; row < WRITTEN; row++) {
    let sums = affine_row(op, row);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      products[row * COLUMNS + c] = sums[c];
    }
  }
  for (var row = WRITTEN; row < WIDTH; row++) {
    let sums = affine_row(op, row);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      products[row * COLUMNS + c] = sums[c];
    }
  }
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    const u = POINTS + 2u * p;
    var state_top = 0;
    var top = 0;
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      state_top = max(state_top, size_bits(products[row * COLUMNS + p]));
      top = max(top, size_bits(products[row * COLUMNS + u]));
      top = max(top, size_bits(products[row * COLUMNS + u + 1u]));
    }
    tops[p] = max(tops[p], max(state_top, top));
    powers[p] += exponent_of(top);
    let factor = inverse_power(top);
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      columns[row * COLUMNS + p] = products[row * COLUMNS + p];
      columns[row * COLUMNS + u] = factor * products[row * COLUMNS + u];
      columns[row * COLUMNS + u + 1u] = factor * products[row * COLUMNS + u + 1u];
    }
  }
}

// States alone, for what comes after the layer of the exponent.
fn affine_follow(op: Op) {
  let input_blocks = block_count(op.input_width);
  let biases = op.parameters + 4u * block_count(op.output_width) * input_blocks;
  for (var row = 0u; row < op.output_width; row++) {
    let bias = parameters[biases + row / 4u][row % 4u];
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      products[row * COLUMNS + p] = bias;
    }
    for (var k = 0u; k < input_blocks; k++) {
      let weights = parameters[op.parameters + row * input_blocks + k];
      // @unroll
      for (var p = 0u; p < POINTS; p++) {
        products[row * COLUMNS + p] += dot(weights, column_block(4u * k * COLUMNS + p));
      }
    }
  }
  for (var row = 0u; row < op.output_width; row++) {
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      columns[row * COLUMNS + p] = products[row * COLUMNS + p];
    }
  }
}
