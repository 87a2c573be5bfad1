// tile-outcome.wgsl: outputs, class and status of points, where the road of kernels/tile.wgsl ends
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/pixel.wgsl
// group 1     0 args · 1 columns[slot][row][kind][column_stride] · 2 sizes[7][column_stride]
//             3 powers[column_stride] (kernels/tile.wgsl): both are 0 afterwards, as the next batch wants them
//             4 exponents[pixel] · 5 statuses[pixel]: read as kernels/tile-stretch.wgsl left them
//             6 outputs[pixel][output_width]
// grid        an invocation a point of the batch, padding included

override LANES: u32 = 64;

struct TileOutcomeArgs {
  affine_index: u32,  // the last affine op
  place: u32,         // first number of its slot
  column_stride: u32,
  column_count: u32,
  first_pixel: u32,
  end_pixel: u32,
}

@group(1) @binding(0) var<uniform> args: TileOutcomeArgs;
@group(1) @binding(1) var<storage, read> columns: array<f32>;
@group(1) @binding(2) var<storage, read_write> sizes: array<i32>;
@group(1) @binding(3) var<storage, read_write> powers: array<f32>;
@group(1) @binding(4) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(6) var<storage, read_write> outputs: array<f32>;

// Four rows of the network's output.
fn state_block(block: u32, column: u32) -> vec4f {
  let op = program[args.affine_index + 1u];
  var rows: vec4f;
  // @unroll
  for (var r = 0u; r < 4u; r++) {
    let place = args.place + (4u * block + r) * 3u * args.column_stride + column;
    rows[r] = select(0f, columns[place], 4u * block + r < op.output_width);
  }
  return activation_value(op.choice, rows, op.factor);
}

@compute @workgroup_size(LANES)
fn tile_outcome(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  for (var slot = 0u; slot < 7u; slot++) {
    sizes[slot * args.column_stride + column] = 0;
  }
  powers[column] = 0f;
  let pixel = args.first_pixel + column;
  if (pixel >= args.end_pixel) {
    return;
  }
  let found = exponents[pixel];
  let stretched = found.x != NO_EXPONENT;
  let width = program[args.affine_index + 1u].output_width;
  let status = store_outcome(pixel, 0u, column, width, stretched, bitcast<i32>(statuses[pixel]));
  exponents[pixel] = field_entry(found, status);
}
