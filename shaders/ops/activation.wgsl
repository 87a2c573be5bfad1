// activation.wgsl: y_i = g(x_i), elementwise, over tiles of columns in storage buffers
//
//   forward     y = g(x)               tangent    dy = g'(x) dx · 2^-shift
//   cotangent   x̄ = g'(x) ȳ
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// parameters  none; `choice` says which g, `factor` is its alpha
// loops       over columns stay loops: written out, they were half of what a kernel takes to compile
// kernel      provides TILE, state_block, tangent_block and cotangent_block (kernels/forward.wgsl, …)

const ACTIVATION: u32 = 1u;

// Rows 4·block … 4·block+3 of g(x), for TILE columns from `column`.
fn activation_forward(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  var values: array<vec4f, TILE>;
  for (var c = 0u; c < TILE; c++) {
    values[c] = activation_value(op.choice, state_block(op.input_offset + block, column + c), op.factor);
  }
  return values;
}

// The shift for rows 4·block … 4·block+3 of one column; a caller takes the largest of all blocks.
fn activation_slope_shift(op: Op, block: u32, column: u32) -> i32 {
  let x = state_block(op.input_offset + block, column);
  return activation_shift(op.choice, live_lanes(x, op.input_width - 4u * block), op.factor);
}

// What all tangents of a point are multiplied with, row by row: 2^-shift g'(x).
fn activation_slopes(op: Op, block: u32, column: u32, shifts: array<i32, TILE>) -> array<vec4f, TILE> {
  var slopes: array<vec4f, TILE>;
  for (var c = 0u; c < TILE; c++) {
    let x = state_block(op.input_offset + block, column + c);
    slopes[c] = activation_slope(op.choice, x, op.factor, shifts[c]);
  }
  return slopes;
}

// Rows 4·block … 4·block+3 of 2^-shift g'(x) dx, for TILE tangents from `column`.
fn activation_tangent(op: Op, block: u32, column: u32, slopes: array<vec4f, TILE>) -> array<vec4f, TILE> {
  var tangents: array<vec4f, TILE>;
  for (var c = 0u; c < TILE; c++) {
    tangents[c] = slopes[c] * tangent_block(op.input_offset + block, column + c);
  }
  return tangents;
}

// Rows 4·block … 4·block+3 of g'(x) ȳ, for TILE columns from `column`.
fn activation_cotangent(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  var values: array<vec4f, TILE>;
  for (var c = 0u; c < TILE; c++) {
    let x = state_block(op.input_offset + block, column + c);
    let slope = activation_slope(op.choice, x, op.factor, 0);
    values[c] = slope * cotangent_block(op.output_offset + block, column + c);
  }
  return values;
}

// It has no parameters, so no pieces.
fn activation_piece_count(op: Op) -> u32 {
  return 0u;
}

fn activation_place(op: Op, piece: u32, part: u32) -> u32 {
  return NO_BLOCK;
}

fn activation_gradient(op: Op, piece: u32, column_count: u32, sums_before: array<vec4f, PIECE>) -> array<vec4f, PIECE> {
  return array<vec4f, PIECE>();
}
