// network.wgsl: the program of ops and the flat parameters of one network (group 0)
//
// group 0     0 program[op_count] · 1 parameters[parameter_blocks], blocks of 4 floats
// layout      an affine op at block `parameters`: weights [4 * output_blocks][input_blocks] row-major,
//             rows and columns padded with zeros to multiples of 4, then bias [output_blocks]
//             (src/model/parameters.ts, src/ops/affine.ts)
// columns     a hidden state of `width` numbers is ceil(width / 4) blocks; padding rows hold finite
//             numbers which only ever meet zero weights

struct Op {
  code: u32,
  input_width: u32,
  output_width: u32,
  input_offset: u32,   // blocks before the op's input in a column that keeps the states of all ops
  output_offset: u32,  // likewise of its output
  parameters: u32,     // first block of its parameters
  choice: u32,         // activation: which one
  factor: f32,         // activation: its alpha
}

@group(0) @binding(0) var<storage, read> program: array<Op>;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;

// Blocks of parameters that one piece of an op's gradient covers: at most four rows of weights and a bias.
const PIECE: u32 = 5u;
const NO_BLOCK: u32 = 0xffffffffu;

fn block_count(width: u32) -> u32 {
  return (width + 3u) / 4u;
}

// First block of an affine op's bias, and one number of it.
fn bias_place(op: Op) -> u32 {
  return op.parameters + 4u * block_count(op.output_width) * block_count(op.input_width);
}

fn bias_of(op: Op, row: u32) -> f32 {
  return parameters[bias_place(op) + row / 4u][row % 4u];
}
