// tile-state.wgsl: states alone behind an affine op of a few rows, past the layer of the exponent
//
//   columns[slot after][row][0] = W g(z) + b,    z = columns[slot before][row][0]
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// group 1     0 args · 1 columns[slot][row][kind][column_stride] (kernels/tile.wgsl)
// tile        a workgroup takes 16 points, whose inputs 16 input lanes share out in fours, for up to 16 rows
// grid        x: tiles of 16 points
// numerics    sums run over every 16th four of inputs, then over input lanes

const GROUP_POINTS: u32 = 16u;
const INPUT_LANES: u32 = 16u;
const LANES: u32 = GROUP_POINTS * INPUT_LANES;
const ROW_BLOCKS: u32 = 4u;

struct TileStateArgs {
  affine_index: u32,  // of the op; the activation is the op before it
  input_place: u32,   // first number of the slot before, and of that after
  output_place: u32,
  column_stride: u32,
}

@group(1) @binding(0) var<uniform> args: TileStateArgs;
@group(1) @binding(1) var<storage, read_write> columns: array<f32>;

// [input lane][point]: four rows, of the inputs of that lane
var<workgroup> parts: array<vec4f, LANES>;

// Four inputs behind the activation; 0 past the last.
fn inputs_of(block: u32, column: u32) -> vec4f {
  let op = program[args.affine_index - 1u];
  var rows: vec4f;
  // @unroll
  for (var r = 0u; r < 4u; r++) {
    rows[r] = columns[args.input_place + (4u * block + r) * 3u * args.column_stride + column];
  }
  let values = activation_value(op.choice, rows, op.factor);
  return select(vec4f(), values, 4u * block + vec4u(0u, 1u, 2u, 3u) < vec4u(op.output_width));
}

@compute @workgroup_size(LANES)
fn tile_state(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let point = lane % GROUP_POINTS;
  let input_lane = lane / GROUP_POINTS;
  let column = group.x * GROUP_POINTS + point;
  let op = program[args.affine_index];
  let input_blocks = block_count(op.input_width);
  let row_blocks = block_count(op.output_width);

  var sums: array<vec4f, ROW_BLOCKS>;
  for (var block = input_lane; block < input_blocks; block += INPUT_LANES) {
    let inputs = inputs_of(block, column);
    // @unroll
    for (var four = 0u; four < ROW_BLOCKS; four++) {
      if (four < row_blocks) {
        let first = op.parameters + 4u * four * input_blocks + block;
        sums[four] += vec4f(
          dot(parameters[first], inputs),
          dot(parameters[first + input_blocks], inputs),
          dot(parameters[first + 2u * input_blocks], inputs),
          dot(parameters[first + 3u * input_blocks], inputs),
        );
      }
    }
  }
  // @unroll
  for (var four = 0u; four < ROW_BLOCKS; four++) {
    if (four < row_blocks) {
      parts[lane] = sums[four];
      workgroupBarrier();
      // The first four input lanes take a row each.
      let row = 4u * four + input_lane;
      if ((input_lane < 4u) & (row < op.output_width)) {
        var sum = bias_of(op, row);
        for (var i = 0u; i < INPUT_LANES; i++) {
          sum += parts[i * GROUP_POINTS + point][input_lane];
        }
        columns[args.output_place + row * 3u * args.column_stride + column] = sum;
      }
      workgroupBarrier();
    }
  }
}
