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
// tile        a workgroup takes 16 points, whose rows 16 row lanes share out in fours. Each goes through its rows twice: for
//             the Gram matrix, and for the images of the two directions that this gives.
// grid        x: tiles of 16 points
// units       λ in 1/span
// numerics    squares are scaled by the largest number of a row lane's rows so far, and brought to that of all rows
//             by powers of two; sums run over every 16th four of rows, then over row lanes

const GROUP_POINTS: u32 = 16u;
const ROW_LANES: u32 = 16u;
const LANES: u32 = GROUP_POINTS * ROW_LANES;
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

// Sums of squares over rows, in which the largest number has the bits `top`: of numbers times inverse_power(top).
struct Share {
  sums: vec3f,
  top: i32,
}

// What stretches a point most, and bits of its largest tangent.
struct Stretch {
  direction: vec2f,
  top: i32,
}

// [row lane][point]; `firsts` are parts of σ1², scaled by the largest tangent of the point
var<workgroup> shares: array<Share, LANES>;
var<workgroup> firsts: array<f32, LANES>;
var<workgroup> stretches: array<Stretch, GROUP_POINTS>;

fn state_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

// inverse_power(upper) / inverse_power(lower) of bits upper >= lower; 0 below 2^-126
fn power_between(lower: i32, upper: i32) -> f32 {
  return bitcast<f32>(max(0x3f800000 - ((upper & 0x7f800000) - (lower & 0x7f800000)), 0));
}

// With the rows before brought to the same scale.
fn with_sums(before: Share, sums: vec3f, top: i32) -> Share {
  let factor = power_between(before.top, top);
  return Share(factor * factor * before.sums + sums, top);
}

fn share_of_all(point: u32) -> Share {
  var top = 0;
  for (var row_lane = 0u; row_lane < ROW_LANES; row_lane++) {
    top = max(top, shares[row_lane * GROUP_POINTS + point].top);
  }
  var sums = vec3f();
  for (var row_lane = 0u; row_lane < ROW_LANES; row_lane++) {
    let share = shares[row_lane * GROUP_POINTS + point];
    let factor = power_between(share.top, top);
    sums += factor * factor * share.sums;
  }
  return Share(sums, top);
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

// Four rows of u and v behind the activation.
fn tangents_of(op: Op, block: u32, column: u32, scale: f32, shift: i32) -> array<vec4f, 2> {
  let state = rows_of(block, 0u, column, op.input_width);
  let slope = activation_slope(op.choice, state, op.factor, shift);
  return array<vec4f, 2>(
    slope * (scale * rows_of(block, 1u, column, op.input_width)),
    slope * (scale * rows_of(block, 2u, column, op.input_width)),
  );
}

@compute @workgroup_size(LANES)
fn tile_stretch(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let point = lane % GROUP_POINTS;
  let row_lane = lane / GROUP_POINTS;
  // Past the end too: kernels/tile.wgsl has filled whole tiles.
  let column = group.x * GROUP_POINTS + point;
  let op = program[args.affine_index + 1u];
  let blocks = block_count(op.input_width);
  let largest = sizes[args.after * args.column_stride + column];
  let depth = DEEPEST_BITS - sizes[(3u + args.after) * args.column_stride + column];
  let shift = shift_of_depth(depth);
  let scale = inverse_power(largest);

  // Slopes may be small: a common factor for what is behind them.
  var gram: Share;
  for (var block = row_lane; block < blocks; block += ROW_LANES) {
    let tangents = tangents_of(op, block, column, scale, shift);
    let top = max(gram.top, max(top_bits(tangents[0]), top_bits(tangents[1])));
    let u = inverse_power(top) * tangents[0];
    let v = inverse_power(top) * tangents[1];
    gram = with_sums(gram, vec3f(dot(u, u), dot(u, v), dot(v, v)), top);
  }
  shares[lane] = gram;
  workgroupBarrier();
  if (row_lane == 0u) {
    let all = share_of_all(point);
    stretches[point] = Stretch(plane_direction(all.sums.x, all.sums.y, all.sums.z), all.top);
  }
  workgroupBarrier();

  let direction = stretches[point].direction;
  let unit = inverse_power(stretches[point].top);
  var first = 0f;
  var second: Share;
  for (var block = row_lane; block < blocks; block += ROW_LANES) {
    let tangents = tangents_of(op, block, column, scale, shift);
    let u = unit * tangents[0];
    let v = unit * tangents[1];
    let along = direction.x * u + direction.y * v;
    first += dot(along, along);
    let across = direction.x * v - direction.y * u;
    let top = max(second.top, top_bits(across));
    let image = inverse_power(top) * across;
    second = with_sums(second, vec3f(dot(image, image), 0.0, 0.0), top);
  }
  firsts[lane] = first;
  shares[lane] = second;
  workgroupBarrier();

  let pixel = args.first_pixel + column;
  if ((row_lane == 0u) & (pixel < args.end_pixel)) {
    first = 0.0;
    for (var i = 0u; i < ROW_LANES; i++) {
      first += firsts[i * GROUP_POINTS + point];
    }
    let all = share_of_all(point);
    let power =
      powers[column] + exponent_of(largest) + f32(shift) + exponent_of(stretches[point].top);
    exponents[pixel] =
      stretching(first, all.sums.x, all.top, direction, power, args.span, args.rank);
    statuses[pixel] = bitcast<u32>(sizes[MET * args.column_stride + column]);
  }
}
