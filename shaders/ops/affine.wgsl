// affine.wgsl: y = W x + b over tiles of columns in storage buffers
//
//   forward     y = W x + b            tangent    dy = W dx
//   cotangent   x̄ = Wᵀ ȳ              gradient   W̄ = Σ ȳ xᵀ,  b̄ = Σ ȳ   (sums over the columns of a batch)
//
// @use lib/network.wgsl
// parameters  W [4 * output_blocks][input_blocks] blocks, then b [output_blocks] (lib/network.wgsl)
// kernel      provides TILE, state_block, tangent_block and cotangent_block (kernels/forward.wgsl, …)
// numerics    sums run over k in ascending order, four products at a time

const AFFINE: u32 = 0u;

// Rows 4·block … 4·block+3 of W x + b, for TILE columns from `column`.
fn affine_forward(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  let input_blocks = block_count(op.input_width);
  let weights = op.parameters + 4u * block * input_blocks;
  let bias = parameters[bias_place(op) + block];
  var sums: array<vec4f, TILE>;
  // @unroll
  for (var c = 0u; c < TILE; c++) {
    sums[c] = bias;
  }
  for (var k = 0u; k < input_blocks; k++) {
    let w0 = parameters[weights + k];
    let w1 = parameters[weights + input_blocks + k];
    let w2 = parameters[weights + 2u * input_blocks + k];
    let w3 = parameters[weights + 3u * input_blocks + k];
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      let x = state_block(op.input_offset + k, column + c);
      sums[c] += vec4f(dot(w0, x), dot(w1, x), dot(w2, x), dot(w3, x));
    }
  }
  return sums;
}

// All slopes of the op are scaled by 2^-shift; a linear map needs none.
fn affine_slope_shift(op: Op, block: u32, column: u32) -> i32 {
  return 0;
}

// What all tangents of a point are multiplied with, row by row: here nothing.
fn affine_slopes(op: Op, block: u32, column: u32, shifts: array<i32, TILE>) -> array<vec4f, TILE> {
  return array<vec4f, TILE>();
}

// Rows 4·block … 4·block+3 of W dx, for TILE tangents from `column`.
fn affine_tangent(op: Op, block: u32, column: u32, slopes: array<vec4f, TILE>) -> array<vec4f, TILE> {
  let input_blocks = block_count(op.input_width);
  let weights = op.parameters + 4u * block * input_blocks;
  var sums: array<vec4f, TILE>;
  for (var k = 0u; k < input_blocks; k++) {
    let w0 = parameters[weights + k];
    let w1 = parameters[weights + input_blocks + k];
    let w2 = parameters[weights + 2u * input_blocks + k];
    let w3 = parameters[weights + 3u * input_blocks + k];
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      let x = tangent_block(op.input_offset + k, column + c);
      sums[c] += vec4f(dot(w0, x), dot(w1, x), dot(w2, x), dot(w3, x));
    }
  }
  return sums;
}

// Rows 4·block … 4·block+3 of Wᵀ ȳ, for TILE columns from `column`.
fn affine_cotangent(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  let input_blocks = block_count(op.input_width);
  var sums: array<vec4f, TILE>;
  for (var k = 0u; k < block_count(op.output_width); k++) {
    let weights = op.parameters + 4u * k * input_blocks + block;
    let w0 = parameters[weights];
    let w1 = parameters[weights + input_blocks];
    let w2 = parameters[weights + 2u * input_blocks];
    let w3 = parameters[weights + 3u * input_blocks];
    // @unroll
    for (var c = 0u; c < TILE; c++) {
      let y = cotangent_block(op.output_offset + k, column + c);
      sums[c] += (y.x * w0 + y.y * w1) + (y.z * w2 + y.w * w3);
    }
  }
  return sums;
}

// Pieces are the 4 × 4 tiles of W, row-major; the first of each row has the four biases too.
fn affine_piece_count(op: Op) -> u32 {
  return block_count(op.output_width) * block_count(op.input_width);
}

// Where block `part` of a piece stands among the parameters, or NO_BLOCK.
fn affine_place(op: Op, piece: u32, part: u32) -> u32 {
  let input_blocks = block_count(op.input_width);
  let i = piece / input_blocks;
  let k = piece % input_blocks;
  if (part < 4u) {
    return op.parameters + (4u * i + part) * input_blocks + k;
  }
  let bias = bias_place(op) + i;
  return select(NO_BLOCK, bias, k == 0u);
}

// Σ ȳ_r x (r = 0 … 3) and Σ ȳ over the first column_count columns, from sums so far; 0 for columns of padding.
fn affine_gradient(op: Op, piece: u32, column_count: u32, sums_before: array<vec4f, PIECE>) -> array<vec4f, PIECE> {
  let input_blocks = block_count(op.input_width);
  let i = piece / input_blocks;
  let k = piece % input_blocks;
  var sums = sums_before;
  for (var column = 0u; column < column_count; column++) {
    let x = state_block(op.input_offset + k, column);
    let y = cotangent_block(op.output_offset + i, column);
    sums[0] += y.x * x;
    sums[1] += y.y * x;
    sums[2] += y.z * x;
    sums[3] += y.w * x;
    sums[4] += y;
  }
  let live = vec4u(0u, 1u, 2u, 3u) + 4u * k < vec4u(op.input_width);
  // @unroll
  for (var r = 0u; r < 4u; r++) {
    sums[r] = select(vec4f(), sums[r], live);
  }
  return sums;
}
