// spectrum.wgsl: exponents, direction, status and outputs of points, where the spectral road ends
//
//   rows[point] = (λ1 … λ_k, ds, dt, v),  λ_i = log σ_i(M) / span,  v = Mᵀu1 / σ1
//
// @use lib/network.wgsl
// @use lib/singular.wgsl
// @use lib/pixel.wgsl
// group 1     0 args · 1 states[block][stride] · 2 tangents[block][side][stride]: M from block matrix_offset,
//             orthogonal columns from block work_offset (kernels/orthogonalise.wgsl), squares of their
//             lengths written to block square_offset · 3 tops[4][stride] · 4 powers[stride]
//             5 projections[2][side]: v ↦ (ds, dt), components in a plane · 6 rows[point][row_length]
//             7 statuses[point] · 8 outputs[point][output_width]
// grid        an invocation a column
// units       λ in 1/span; v in the coordinates of the seeds, unit

override LANES: u32 = 64;

const MET: u32 = 3u;

struct SpectrumArgs {
  first_point: u32,
  end_point: u32,
  column_stride: u32,
  side_count: u32,
  matrix_offset: u32,
  work_offset: u32,
  square_offset: u32,
  blocks: u32,
  top_place: u32,
  output_offset: u32,
  output_width: u32,
  exponent_count: u32,
  is_projected: u32,  // 1: rows have ds and dt, with ds >= 0
  has_direction: u32, // 1: rows have v
  row_length: u32,
  span: f32,
  rank: u32,          // most singular values above 0
}

@group(1) @binding(0) var<uniform> args: SpectrumArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> tangents: array<vec4f>;
@group(1) @binding(3) var<storage, read> tops: array<i32>;
@group(1) @binding(4) var<storage, read> powers: array<f32>;
@group(1) @binding(5) var<storage, read> projections: array<f32>;
@group(1) @binding(6) var<storage, read_write> rows: array<f32>;
@group(1) @binding(7) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(8) var<storage, read_write> outputs: array<f32>;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[block * args.column_stride + column];
}

fn place(offset: u32, side: u32, column: u32) -> u32 {
  return (offset * args.side_count + side) * args.column_stride + column;
}

fn measure_sides(column: u32) {
  for (var side = 0u; side < args.side_count; side++) {
    var square = 0f;
    for (var k = 0u; k < args.blocks; k++) {
      let a = tangents[place(args.work_offset + k, side, column)];
      square += dot(a, a);
    }
    tangents[place(args.square_offset, side, column)].x = square;
  }
}

// The longest side that comes after `last` by length, or by number where lengths are equal.
fn next_side(column: u32, last: u32, last_square: f32) -> u32 {
  var best = args.side_count;
  var best_square = -1f;
  for (var side = 0u; side < args.side_count; side++) {
    let square = tangents[place(args.square_offset, side, column)].x;
    let later = square < last_square || (square == last_square && side > last);
    if (later && square > best_square) {
      best = side;
      best_square = square;
    }
  }
  return best;
}

// Component of v, the direction that M takes to the longest side.
fn direction_entry(side: u32, longest: u32, column: u32, factor: f32) -> f32 {
  var sum = 0f;
  for (var k = 0u; k < args.blocks; k++) {
    let m = tangents[place(args.matrix_offset + k, side, column)];
    sum += dot(m, tangents[place(args.work_offset + k, longest, column)]);
  }
  return factor * sum;
}

@compute @workgroup_size(LANES)
fn spectrum(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let point = args.first_point + column;
  if (point >= args.end_point) {
    return;
  }
  measure_sides(column);
  let top = tops[args.top_place * args.column_stride + column];
  let power = powers[column] + exponent_of(top);
  let longest = next_side(column, args.side_count, LARGEST);
  let longest_square = tangents[place(args.square_offset, min(longest, args.side_count - 1u), column)].x;
  let stretched = longest < args.side_count && longest_square > 0f;
  let met = tops[MET * args.column_stride + column];
  let status =
    store_outcome(point, args.output_offset, column, args.output_width, stretched, met);

  let row = point * args.row_length;
  var side = args.side_count;
  var square = LARGEST;
  for (var i = 0u; i < args.exponent_count; i++) {
    side = next_side(column, side, square);
    var value = NO_EXPONENT;
    if (i < args.rank && side < args.side_count && status == GOOD) {
      square = tangents[place(args.square_offset, side, column)].x;
      value = exponent_from(square, power, args.span);
    }
    rows[row + i] = value;
  }

  if (args.is_projected == 0u && args.has_direction == 0u) {
    return;
  }
  let good = status == GOOD;
  let factor = select(0f, inverse_power(top) / select(1f, longest_square, good), good);
  var projected = vec2f();
  var length_square = 0f;
  let first = row + args.exponent_count + 2u * args.is_projected;
  for (var j = 0u; j < args.side_count; j++) {
    let entry = direction_entry(j, longest, column, factor);
    length_square += entry * entry;
    if (args.is_projected == 1u) {
      projected += entry * vec2f(projections[j], projections[args.side_count + j]);
    }
    if (args.has_direction == 1u) {
      rows[first + j] = entry;
    }
  }
  if (args.is_projected == 1u) {
    let size = select(1f, sqrt(length_square), length_square > 0f);
    let turned = select(projected, -projected, projected.x < 0f) / size;
    rows[row + args.exponent_count] = select(1f, turned.x, good);
    rows[row + args.exponent_count + 1u] = select(0f, turned.y, good);
  }
}
