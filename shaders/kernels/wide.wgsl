// wide.wgsl: the exponent field of a wide network on a software adapter, states and tangents on chip
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/field-dispatch.wgsl
// @use lib/activation.wgsl
// @use lib/pixel.wgsl
// @use lib/place.wgsl
// @use lib/singular.wgsl
// @use lib/stretch.wgsl
// @use lib/shared-weights.wgsl
// group 1     of lib/field-dispatch.wgsl
// grid        an invocation for POINTS pixels; folded into y
// rows        [row][COLUMNS]; a row's columns are POINTS states, then as many tangents u, then v. Rows past a
//             state's width are 0, because there weights of the next row are read
// layers      an affine op and an activation each. A layer takes all rows as values once, then makes one row of the
//             product after the other and finishes it at once: value, slope, tangents, and what they say about
//             sizes. Slopes are scaled by a power of two that depends on all rows; it is 1 but where every
//             slope is below 1e-7, and such a layer is done twice.
// cost        a weight is a quarter of a gather, for 3 · POINTS multiply-adds, of four instructions each: what they
//             take is a value at a constant place, not memory. A number stored in a row, or read from one, at an index
//             that is no constant is 80 instructions of a software adapter, so each is stored once and read once.
// units       points in standardised units; λ in 1/span
// numerics    sums run over k in ascending order, four products at a time. Tangents of a point share one
//             power of two; bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const POINTS = 4u; // @set points of an invocation, a multiple of 4
const FOURS = 1u; // @set POINTS / 4
const COLUMNS = 12u; // @set 3 · POINTS
const WIDTH = 4u; // @set rows: the widest state, a multiple of 4
const CHUNKS = 0u; // @set chunks of 16 weights in a row: WIDTH / 16
const REST = 1u; // @set blocks of 4 weights past those
const PARTS = 1u; // @set chunks, the last of which may not be whole
const INPUTS = 1u; // @set rows of the network's input, if they are few

override LANES: u32 = 16;

// Rows as values, [row][column] and [chunk][row of it][column]: more than a hundred in a dimension would be memory.
alias InputEntries = array<array<f32, COLUMNS>, INPUTS>;
alias Entries = array<array<array<f32, COLUMNS>, 16>, PARTS>;

// What the last layer made, tangents before they are scaled by factors.
var<private> rows: array<array<f32, COLUMNS>, WIDTH>;
var<private> factors: array<f32, POINTS>;
// Tangents stand for 2^powers times themselves.
var<private> powers: array<f32, POINTS>;
// Bits of the largest number met, of the tangents of this layer, and of the least depth of its slopes.
var<private> met: array<i32, POINTS>;
var<private> sizes: array<i32, POINTS>;
var<private> depths: array<i32, POINTS>;
var<private> shifts: array<i32, POINTS>;

fn state_block(block: u32, column: u32) -> vec4f {
  let row = 4u * block;
  return vec4f(
    rows[row][column],
    rows[row + 1u][column],
    rows[row + 2u][column],
    rows[row + 3u][column],
  );
}

fn load_points(first: u32) {
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    factors[p] = 1f;
  }
  let input_blocks = block_count(args.input_width);
  for (var p = 0u; p < POINTS; p++) {
    let pixel = min(first + p, args.end_pixel - 1u);
    let place = place_of(pixel, args.width, args.row_place);
    for (var k = 0u; k < args.input_width; k++) {
      let u = plane[input_blocks + k / 4u][k % 4u];
      let v = plane[2u * input_blocks + k / 4u][k % 4u];
      rows[k][p] = plane[k / 4u][k % 4u] + place.x * u + place.y * v;
      rows[k][POINTS + p] = u;
      rows[k][2u * POINTS + p] = v;
    }
  }
}

// A row as values, tangents scaled.
fn row_entries(row: u32) -> array<f32, COLUMNS> {
  var entries: array<f32, COLUMNS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    entries[p] = rows[row][p];
    entries[POINTS + p] = factors[p] * rows[row][POINTS + p];
    entries[2u * POINTS + p] = factors[p] * rows[row][2u * POINTS + p];
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

fn all_entries() -> Entries {
  var entries: Entries;
  // @unroll
  for (var k = 0u; k < WIDTH; k++) {
    entries[k / 16u][k % 16u] = row_entries(k);
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
      sums[c] += weight * entries[k][c];
    }
  }
  return sums;
}

// A row of W x and W dx for up to WIDTH inputs. Scalars, and one column after the other for a few weights, so that
// sums stay in registers.
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
      for (var k = 0u; k < 16u; k++) {
        sums[c] += weights[k / 4u][k % 4u] * entries[chunk][k][c];
      }
    }
  }
  // @unroll
  for (var rest = 0u; rest < REST; rest++) {
    let weights = shared_block(first + 4u * CHUNKS + rest, true);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      // @unroll
      for (var k = 0u; k < 4u; k++) {
        sums[c] += weights[k] * entries[CHUNKS][4u * rest + k][c];
      }
    }
  }
  return sums;
}

fn start_layer() {
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    sizes[p] = 0;
    depths[p] = DEEPEST_BITS;
  }
}

// Row `row` behind the activation.
fn finish_row(op: Op, row: u32, bias: f32, sums: array<f32, COLUMNS>) {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let x = bias + vec4f(sums[4u * q], sums[4u * q + 1u], sums[4u * q + 2u], sums[4u * q + 3u]);
    let shift = vec4i(shifts[4u * q], shifts[4u * q + 1u], shifts[4u * q + 2u], shifts[4u * q + 3u]);
    let depth = slope_depth(op.choice, x, op.factor);
    let both = activation_both(op.choice, x, op.factor, shift);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      const p = 4u * q + j;
      let u = sums[POINTS + p];
      let v = sums[2u * POINTS + p];
      let du = both.slope[j] * u;
      let dv = both.slope[j] * v;
      met[p] = max(met[p], max(size_bits(x[j]), max(size_bits(u), size_bits(v))));
      depths[p] = min(depths[p], depth[j]);
      sizes[p] = max(sizes[p], max(size_bits(du), size_bits(dv)));
      rows[row][p] = both.value[j];
      rows[row][POINTS + p] = du;
      rows[row][2u * POINTS + p] = dv;
    }
  }
}

// The shifts that the layer's slopes ask for; false if it was done with others.
fn shifts_fit() -> bool {
  var fit = true;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    let wanted = shift_of_depth(depths[p]);
    fit = fit & (wanted == shifts[p]);
    shifts[p] = wanted;
  }
  return fit;
}

// The factors that bring the largest component of the tangents into [1, 2).
fn finish_layer(row_count: u32) {
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    factors[p] = inverse_power(sizes[p]);
    powers[p] += f32(shifts[p]) + exponent_of(sizes[p]);
    shifts[p] = 0;
  }
  for (var row = row_count; row < WIDTH; row++) {
    for (var c = 0u; c < COLUMNS; c++) {
      rows[row][c] = 0f;
    }
  }
}

// A row of point p's tangents, of which the largest component is in [1, 2).
fn image_of(row: u32, p: u32) -> vec2f {
  return factors[p] * vec2f(rows[row][POINTS + p], rows[row][2u * POINTS + p]);
}

// All of it for the points from pixel `first` on. Loops that run once or not at all stand where a branch would:
// a software adapter runs branches that are not taken.
@compute @workgroup_size(LANES)
fn wide(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  start_sharing();
  load_points(first);
  for (var index = 0u; index < args.narrow_op_count; index += 2u) {
    let op = program[index];
    let activation = program[index + 1u];
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
  var index = args.narrow_op_count;
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
      tops[p] = met_so_far[p];
      let row_count = program[args.exponent_op_count - 1u].output_width;
      found[p] = stretch_of(p, row_count, powers[p], args.span);
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
