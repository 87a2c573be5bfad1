// affine.wgsl: y = W x + b and dy = W dx, on chip
//
// @use lib/network.wgsl
// @use lib/columns.wgsl
// @use lib/singular.wgsl
// parameters  as in ops/affine.wgsl
// numerics    sums run over k in ascending order, four products at a time; the blocks past the input are
//             zero and are summed too, because a branch costs more

var<private> products: array<vec4f, BLOCKS * COLUMNS>;

fn affine_advance(op: Op) {
  // @unroll
  for (var i = 0u; i < WRITTEN; i++) {
    let sums = affine_rows(op, i);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      products[i * COLUMNS + c] = sums[c];
    }
  }
  for (var i = WRITTEN; i < BLOCKS; i++) {
    let sums = affine_rows(op, i);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      products[i * COLUMNS + c] = sums[c];
    }
  }
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    var state_top = 0u;
    var top = 0u;
    // @unroll
    for (var i = 0u; i < BLOCKS; i++) {
      state_top = max(state_top, top_bits(products[i * COLUMNS + p]));
      top = max(top, top_bits(products[i * COLUMNS + POINTS + 2u * p]));
      top = max(top, top_bits(products[i * COLUMNS + POINTS + 2u * p + 1u]));
    }
    tops[p] = max(tops[p], max(state_top, top));
    powers[p] += exponent_of(top);
    let factor = inverse_power(top);
    // @unroll
    for (var i = 0u; i < BLOCKS; i++) {
      columns[i * COLUMNS + p] = products[i * COLUMNS + p];
      columns[i * COLUMNS + POINTS + 2u * p] = factor * products[i * COLUMNS + POINTS + 2u * p];
      columns[i * COLUMNS + POINTS + 2u * p + 1u] = factor * products[i * COLUMNS + POINTS + 2u * p + 1u];
    }
  }
}

// Rows 4·block … 4·block+3 of all columns; 0 past the output.
fn affine_rows(op: Op, block: u32) -> array<vec4f, COLUMNS> {
  let input_blocks = block_count(op.input_width);
  let weights = op.parameters + 4u * block * input_blocks;
  let bias = parameters[op.parameters + 4u * block_count(op.output_width) * input_blocks + block];
  let live = 4u * block < op.output_width;
  var sums: array<vec4f, COLUMNS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    sums[p] = bias;
  }
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    let w0 = parameters[weights + k];
    let w1 = parameters[weights + input_blocks + k];
    let w2 = parameters[weights + 2u * input_blocks + k];
    let w3 = parameters[weights + 3u * input_blocks + k];
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      let x = columns[k * COLUMNS + c];
      sums[c] += vec4f(dot(w0, x), dot(w1, x), dot(w2, x), dot(w3, x));
    }
  }
  // @unroll
  for (var c = 0u; c < COLUMNS; c++) {
    sums[c] = select(vec4f(), sums[c], live);
  }
  return sums;
}
