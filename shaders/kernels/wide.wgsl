// wide.wgsl: the exponent field of a wide network on a software adapter, states and tangents on chip
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/field-dispatch.wgsl
// @use lib/activation.wgsl
// @use lib/pixel.wgsl
// @use lib/start.wgsl
// @use lib/singular.wgsl
// @use lib/stretch.wgsl
// @use lib/shared-weights.wgsl
// group 1     of lib/field-dispatch.wgsl
// grid        an invocation for POINTS pixels; folded into y
// rows        a row's COLUMNS are POINTS states, then as many tangents u, then v, in fours. Rows past a state's width
//             are 0, because there weights of the next row are read
// layers      an affine op and an activation each. A layer takes all rows as values once, then makes one row of the
//             product after the other and finishes it at once: value, slope, tangents, and what they say about
//             sizes. Slopes are scaled by a power of two that depends on all rows; it is 1 but where every
//             slope is below 1e-7, and such a layer is done twice.
// cost        a weight is a quarter of a gather, for 3 · POINTS multiply-adds, of four instructions each: what they
//             take is a value at a constant place, not memory. A number stored in a row, or read from one, at an index
//             that is no constant is 80 instructions of a software adapter, so each is stored once and read once.
// units       points in standardised units; λ in 1/span
// numerics    sums run over k in ascending order, one product after the other. Tangents of a point share one
//             power of two; bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const POINTS = 4u; // @set points of an invocation, a multiple of 4
const FOURS = 1u; // @set POINTS / 4
const COLUMNS = 12u; // @set 3 · POINTS
const QUADS = 3u; // @set COLUMNS / 4
const WIDTH = 4u; // @set rows: the widest state, a multiple of 4
const CHUNKS = 0u; // @set chunks of 16 weights in a row: WIDTH / 16
const REST = 1u; // @set blocks of 4 weights past those
const PARTS = 1u; // @set chunks, the last of which may not be whole
const NARROW_LAYERS = 1u; // @set 1 where the first layer has code of its own, for few inputs
const INPUTS = 1u; // @set rows of the network's input, if they are few

override LANES: u32 = 16;

// Rows as values, [row][column] and, four rows each, [chunk][block][column]: more than a hundred in a dimension would be
// memory.
alias InputEntries = array<array<vec4f, QUADS>, INPUTS>;
alias Entries = array<array<array<vec4f, COLUMNS>, 4>, PARTS>;

// What the last layer made, tangents before they are scaled by factors: [row][kind and four points].
var<private> rows: array<array<vec4f, QUADS>, WIDTH>;
var<private> factors: array<vec4f, FOURS>;
// Tangents stand for 2^powers times themselves.
var<private> powers: array<vec4f, FOURS>;
// Bits of the largest number met, of the tangents of this layer, and of the least depth of its slopes.
var<private> met: array<vec4i, FOURS>;
var<private> sizes: array<vec4i, FOURS>;
var<private> depths: array<vec4i, FOURS>;
var<private> shifts: array<vec4i, FOURS>;

fn state_block(block: u32, p: u32) -> vec4f {
  let row = 4u * block;
  let quad = p / 4u;
  let lane = p % 4u;
  return vec4f(rows[row][quad][lane], rows[row + 1u][quad][lane], rows[row + 2u][quad][lane], rows[row + 3u][quad][lane]);
}

fn load_points(first: u32) {
  for (var k = 0u; k < args.input_width; k++) {
    for (var q = 0u; q < FOURS; q++) {
      let start = start_entries(k, first + 4u * q);
      rows[k][q] = start[0];
      rows[k][FOURS + q] = start[1];
      rows[k][2u * FOURS + q] = start[2];
    }
  }
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    factors[q] = vec4f(1f);
  }
}

// A row as values, tangents scaled.
fn row_entries(row: u32) -> array<vec4f, QUADS> {
  var entries: array<vec4f, QUADS>;
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    entries[q] = rows[row][q];
    entries[FOURS + q] = factors[q] * rows[row][FOURS + q];
    entries[2u * FOURS + q] = factors[q] * rows[row][2u * FOURS + q];
  }
  return entries;
}

fn input_entries() -> InputEntries {
  var entries: InputEntries;
  // @unroll
  for (var k = 0u; k < INPUTS; k++) {
    entries[k] = row_entries(k);
  }
  return entries;
}

fn block_entries(block: u32) -> array<vec4f, COLUMNS> {
  let x = row_entries(4u * block);
  let y = row_entries(4u * block + 1u);
  let z = row_entries(4u * block + 2u);
  let w = row_entries(4u * block + 3u);
  var entries: array<vec4f, COLUMNS>;
  // @unroll
  for (var c = 0u; c < COLUMNS; c++) {
    entries[c] = vec4f(x[c / 4u][c % 4u], y[c / 4u][c % 4u], z[c / 4u][c % 4u], w[c / 4u][c % 4u]);
  }
  return entries;
}

fn all_entries() -> Entries {
  var entries: Entries;
  // @unroll
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    // @unroll
    for (var block = 0u; block < 4u; block++) {
      entries[chunk][block] = block_entries(4u * chunk + block);
    }
  }
  // @unroll
  for (var rest = 0u; rest < REST; rest++) {
    entries[CHUNKS][rest] = block_entries(4u * CHUNKS + rest);
  }
  return entries;
}

// A row of W x and W dx for few inputs.
fn narrow_row(op: Op, row: u32, entries: InputEntries) -> array<f32, COLUMNS> {
  let first = op.parameters + row * block_count(INPUTS);
  var sums: array<f32, COLUMNS>;
  // @unroll
  for (var k = 0u; k < INPUTS; k++) {
    let weight = parameters[first + k / 4u][k % 4u];
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      sums[c] += weight * entries[k][c / 4u][c % 4u];
    }
  }
  return sums;
}

// sum + w · x, one product after the other: as dot() it runs a little slower, as four statements it is compiled slower.
fn sum_with(sum: f32, w: vec4f, x: vec4f) -> f32 {
  return sum + w.x * x.x + w.y * x.y + w.z * x.z + w.w * x.w;
}

// A row of W x and W dx for up to WIDTH inputs. One column after the other for a few weights, so that sums stay in
// registers.
fn wide_row(op: Op, row: u32, entries: Entries) -> array<f32, COLUMNS> {
  let first = op.parameters + row * block_count(op.input_width);
  var sums: array<f32, COLUMNS>;
  // @unroll
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    var weights: array<vec4f, 4>;
    // @unroll
    for (var block = 0u; block < 4u; block++) {
      weights[block] = shared_block(first + 4u * chunk + block, true);
    }
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      // @unroll
      for (var block = 0u; block < 4u; block++) {
        sums[c] = sum_with(sums[c], weights[block], entries[chunk][block][c]);
      }
    }
  }
  // @unroll
  for (var rest = 0u; rest < REST; rest++) {
    let weights = shared_block(first + 4u * CHUNKS + rest, true);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      sums[c] = sum_with(sums[c], weights, entries[CHUNKS][rest][c]);
    }
  }
  return sums;
}

fn start_layer() {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    sizes[q] = vec4i();
    depths[q] = vec4i(DEEPEST_BITS);
  }
}

// Row `row` behind the activation.
fn finish_row(op: Op, row: u32, bias: f32, sums: array<f32, COLUMNS>) {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let x = bias + vec4f(sums[4u * q], sums[4u * q + 1u], sums[4u * q + 2u], sums[4u * q + 3u]);
    const c = POINTS + 4u * q;
    let u = vec4f(sums[c], sums[c + 1u], sums[c + 2u], sums[c + 3u]);
    const d = c + POINTS;
    let v = vec4f(sums[d], sums[d + 1u], sums[d + 2u], sums[d + 3u]);
    let depth = slope_depth(op.choice, x, op.factor);
    let both = activation_both(op.choice, x, op.factor, shifts[q]);
    let du = both.slope * u;
    let dv = both.slope * v;
    met[q] = max(met[q], max(sizes_bits(x), max(sizes_bits(u), sizes_bits(v))));
    depths[q] = min(depths[q], depth);
    sizes[q] = max(sizes[q], max(sizes_bits(du), sizes_bits(dv)));
    rows[row][q] = both.value;
    rows[row][FOURS + q] = du;
    rows[row][2u * FOURS + q] = dv;
  }
}

// The shifts that the layer's slopes ask for; false if it was done with others.
fn shifts_fit() -> bool {
  var fit = true;
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      let wanted = shift_of_depth(depths[q][j]);
      fit = fit & (wanted == shifts[q][j]);
      shifts[q][j] = wanted;
    }
  }
  return fit;
}

// The factors that bring the largest component of the tangents into [1, 2).
fn finish_layer(row_count: u32) {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      factors[q][j] = inverse_power(sizes[q][j]);
      powers[q][j] += f32(shifts[q][j]) + exponent_of(sizes[q][j]);
    }
    shifts[q] = vec4i();
  }
  for (var row = row_count; row < WIDTH; row++) {
    for (var quad = 0u; quad < QUADS; quad++) {
      rows[row][quad] = vec4f();
    }
  }
}

// A row of point p's tangents, of which the largest component is in [1, 2).
fn image_of(row: u32, p: u32) -> vec2f {
  let q = p / 4u;
  return factors[q][p % 4u] * vec2f(rows[row][FOURS + q][p % 4u], rows[row][2u * FOURS + q][p % 4u]);
}

// All of it for the points from pixel `first` on. Loops that run once or not at all stand where a branch would:
// a software adapter runs branches that are not taken.
@compute @workgroup_size(LANES)
fn wide(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  start_sharing();
  load_points(first);
  // @unroll
  for (var layer = 0u; layer < NARROW_LAYERS; layer++) {
    let op = program[2u * layer];
    let activation = program[2u * layer + 1u];
    let entries = input_entries();
    var fit = false;
    while (!fit) {
      start_layer();
      for (var row = 0u; row < op.output_width; row++) {
        finish_row(activation, row, bias_of(op, row), narrow_row(op, row, entries));
      }
      fit = for_all(shifts_fit());
    }
    finish_layer(op.output_width);
  }
  var found: array<vec4f, POINTS>;
  var tops: array<i32, POINTS>;
  var index = 2u * NARROW_LAYERS;
  // Up to the layer of the exponent, then the rest, where the tangents run along unused.
  for (var part = 0u; part < 2u; part++) {
    let end = select(args.op_count, args.exponent_op_count, part == 0u);
    for (; index < end; index += 2u) {
      let op = program[index];
      let activation = program[index + 1u];
      let entries = all_entries();
      var fit = false;
      while (!fit) {
        start_layer();
        for (var row = 0u; row < op.output_width; row++) {
          finish_row(activation, row, bias_of(op, row), wide_row(op, row, entries));
        }
        fit = for_all(shifts_fit());
      }
      finish_layer(op.output_width);
    }
    let met_so_far = met;
    for (var p = part * POINTS; p < POINTS; p++) {
      tops[p] = met_so_far[p / 4u][p % 4u];
      let row_count = program[args.exponent_op_count - 1u].output_width;
      found[p] = stretch_of(p, row_count, powers[p / 4u][p % 4u], args.span, args.rank);
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    if (first + p < args.end_pixel) {
      let stretched = found[p].x != NO_EXPONENT;
      let top = tops[p];
      let status = store_outcome(first + p, 0u, p, args.output_width, stretched, top);
      exponents[first + p] = field_entry(found[p], status);
    }
  }
}
