// activation.wgsl: y_i = g(x_i), elementwise, over tiles of columns in storage buffers
//
//   forward     y = g(x)               tangent    dy = g'(x) dx · 2^-shift
//   cotangent   x̄ = g'(x) ȳ
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// parameters  none; `choice` says which g, `factor` is its alpha
// kernel      provides TILE, state_block, tangent_block and cotangent_block (kernels/forward.wgsl, …)

const ACTIVATION: u32 = 1u;

// Rows 4·block … 4·block+3 of g(x), for TILE columns from `column`.
fn activation_forward(op: Op, block: u32, column: u32) -> array<vec4f, TILE> {
  var values: array<vec4f, TILE>;
  // @unroll
  for (var c = 0u; c < TILE; c++) {
    values[c] = activation_value(op.choice, state_block(op.input_offset + block, column + c), op.factor);
  }
  return values;
}
