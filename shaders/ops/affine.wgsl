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
  let bias = parameters[op.parameters + 4u * block_count(op.output_width) * input_blocks + block];
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
