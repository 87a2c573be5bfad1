// tile-stretch.wgsl: exponents and direction of points, from what kernels/tile.wgsl left of an affine op
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(g'(z) [u v]) / span
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/singular.wgsl
// @use lib/pixel.wgsl
// group 1     0 args · 1 columns[slot][row][kind][column_stride] · 2 sizes[7][column_stride]
//             3 powers[column_stride] (kernels/tile.wgsl) · 4 exponents[pixel]
//             5 statuses[pixel]: bits of the largest number met up to here, for kernels/tile-outcome.wgsl
//             6 outputs: not used here
// grid        an invocation a point
// units       λ in 1/span

override LANES: u32 = 64;

const MET: u32 = 6u;

struct TileStretchArgs {
  affine_index: u32,
  after: u32,         // where in sizes the op left its own
  place: u32,         // first number of its slot
  column_stride: u32,
  first_pixel: u32,
  end_pixel: u32,
  span: f32,
  rank: u32,          // most singular values above 0
}

@group(1) @binding(0) var<uniform> args: TileStretchArgs;
@group(1) @binding(1) var<storage, read> columns: array<f32>;
@group(1) @binding(2) var<storage, read> sizes: array<i32>;
@group(1) @binding(3) var<storage, read> powers: array<f32>;
@group(1) @binding(4) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(6) var<storage, read_write> outputs: array<f32>;

fn state_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

// Four rows of one kind; 0 past the last.
fn rows_of(block: u32, kind: u32, column: u32, row_count: u32) -> vec4f {
  var rows: vec4f;
  // @unroll
  for (var r = 0u; r < 4u; r++) {
    let place = args.place + ((4u * block + r) * 3u + kind) * args.column_stride + column;
    rows[r] = select(0f, columns[place], 4u * block + r < row_count);
  }
  return rows;
}

@compute @workgroup_size(LANES)
fn tile_stretch(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let pixel = args.first_pixel + column;
  if (pixel >= args.end_pixel) {
    return;
  }
  let op = program[args.affine_index + 1u];
  let blocks = block_count(op.input_width);
  let largest = sizes[args.after * args.column_stride + column];
  let depth = DEEPEST_BITS - sizes[(3u + args.after) * args.column_stride + column];
  let shift = shift_of_depth(depth);
  let scale = inverse_power(largest);

  // Slopes may be small: a common factor for what is behind them.
  var top = 0;
  for (var block = 0u; block < blocks; block++) {
    let state = rows_of(block, 0u, column, op.input_width);
    let slope = activation_slope(op.choice, state, op.factor, shift);
    let u = slope * (scale * rows_of(block, 1u, column, op.input_width));
    let v = slope * (scale * rows_of(block, 2u, column, op.input_width));
    top = max(top, max(top_bits(u), top_bits(v)));
  }
  let unit = inverse_power(top);
  var gram = vec3f();
  for (var block = 0u; block < blocks; block++) {
    let state = rows_of(block, 0u, column, op.input_width);
    let slope = activation_slope(op.choice, state, op.factor, shift);
    let u = unit * (slope * (scale * rows_of(block, 1u, column, op.input_width)));
    let v = unit * (slope * (scale * rows_of(block, 2u, column, op.input_width)));
    gram += vec3f(dot(u, u), dot(u, v), dot(v, v));
  }
  let direction = plane_direction(gram.x, gram.y, gram.z);
  var first = 0f;
  var across_top = 0;
  for (var block = 0u; block < blocks; block++) {
    let state = rows_of(block, 0u, column, op.input_width);
    let slope = activation_slope(op.choice, state, op.factor, shift);
    let u = unit * (slope * (scale * rows_of(block, 1u, column, op.input_width)));
    let v = unit * (slope * (scale * rows_of(block, 2u, column, op.input_width)));
    let image = direction.x * u + direction.y * v;
    first += dot(image, image);
    across_top = max(across_top, top_bits(direction.x * v - direction.y * u));
  }
  let factor = inverse_power(across_top);
  var second = 0f;
  for (var block = 0u; block < blocks; block++) {
    let state = rows_of(block, 0u, column, op.input_width);
    let slope = activation_slope(op.choice, state, op.factor, shift);
    let u = unit * (slope * (scale * rows_of(block, 1u, column, op.input_width)));
    let v = unit * (slope * (scale * rows_of(block, 2u, column, op.input_width)));
    let image = factor * (direction.x * v - direction.y * u);
    second += dot(image, image);
  }
  let power = powers[column] + exponent_of(largest) + f32(shift) + exponent_of(top);
  exponents[pixel] = stretching(first, second, across_top, direction, power, args.span, args.rank);
  statuses[pixel] = bitcast<u32>(sizes[MET * args.column_stride + column]);
}
