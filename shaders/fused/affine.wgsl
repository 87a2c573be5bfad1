// affine.wgsl: y = W x + b and dy = W dx, on chip
//
// @use lib/network.wgsl
// @use lib/columns.wgsl
// @use lib/shared-weights.wgsl
// @use lib/singular.wgsl
// parameters  as in ops/affine.wgsl
// numerics    sums run over k in ascending order, four products at a time; what lies past the input is
//             summed too, with weights of 0, because a branch costs more

// The whole row `row` of all columns; 0 past the output.
fn affine_row(op: Op, row: u32) -> array<f32, COLUMNS> {
  let input_blocks = block_count(op.input_width);
  let is_live = row < op.output_width;
  let first = op.parameters + row * input_blocks;
  var weights: array<vec4f, BLOCKS + 1u>;
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    // past the input there are weights of the next row
    weights[k] = shared_block(first + k, is_live & (k < input_blocks));
  }
  weights[BLOCKS] = shared_block_and_bias(
    first + BLOCKS,
    is_live & (BLOCKS < input_blocks),
    bias_place(op) + row / 4u,
    row % 4u,
    is_live,
  );
  var sums: array<f32, COLUMNS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    sums[p] = weights[BLOCKS].w;
  }
  // @unroll
  for (var c = 0u; c < COLUMNS; c++) {
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let four = vec4f(
        columns[4u * k][c],
        columns[4u * k + 1u][c],
        columns[4u * k + 2u][c],
        columns[4u * k + 3u][c],
      );
      sums[c] += dot(weights[k], four);
    }
    var rest = 0f;
    // @unroll
    for (var j = 0u; j < REST; j++) {
      rest += weights[BLOCKS][j] * columns[4u * BLOCKS + j][c];
    }
    sums[c] += rest;
  }
  return sums;
}

// All rows, their code written out.
fn written_rows(op: Op) -> array<array<f32, COLUMNS>, WIDTH> {
  var products: array<array<f32, COLUMNS>, WIDTH>;
  // @unroll
  for (var row = 0u; row < WRITTEN; row++) {
    products[row] = affine_row(op, row);
  }
  return products;
}

// All rows, by a loop over them.
fn looped_rows(op: Op) -> array<array<f32, COLUMNS>, WIDTH> {
  var products: array<array<f32, COLUMNS>, WIDTH>;
  for (var row = 0u; row < WIDTH; row++) {
    products[row] = affine_row(op, row);
  }
  return products;
}

// One or the other, chosen before a compiler looks at indices: that of the loop is no constant.
fn all_rows(op: Op) -> array<array<f32, COLUMNS>, WIDTH> {
  switch WRITTEN {
    case 0u: {
      return looped_rows(op);
    }
    default: {
      return written_rows(op);
    }
  }
}

fn affine_advance(op: Op) {
  let products = all_rows(op);
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    const u = POINTS + 2u * p;
    var state_top = 0;
    var top = 0;
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      state_top = max(state_top, size_bits(products[row][p]));
      top = max(top, size_bits(products[row][u]));
      top = max(top, size_bits(products[row][u + 1u]));
    }
    tops[p] = max(tops[p], max(state_top, top));
    powers[p] += exponent_of(top);
    let factor = inverse_power(top);
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      columns[row][p] = products[row][p];
      columns[row][u] = factor * products[row][u];
      columns[row][u + 1u] = factor * products[row][u + 1u];
    }
  }
}

// States alone, for what comes after the layer of the exponent.
fn affine_follow(op: Op) {
  let input_blocks = block_count(op.input_width);
  let biases = bias_place(op);
  var products: array<f32, WIDTH * POINTS>;
  for (var row = 0u; row < op.output_width; row++) {
    let bias = parameters[biases + row / 4u][row % 4u];
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      products[row * POINTS + p] = bias;
    }
    for (var k = 0u; k < input_blocks; k++) {
      let weights = parameters[op.parameters + row * input_blocks + k];
      // @unroll
      for (var p = 0u; p < POINTS; p++) {
        products[row * POINTS + p] += dot(weights, four_states(4u * k, p));
      }
    }
  }
  for (var place = 0u; place < op.output_width * POINTS; place++) {
    states[place] = products[place];
  }
}
