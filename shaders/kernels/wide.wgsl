// wide.wgsl: the exponent field of a wide network on a software adapter, states and tangents on chip
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/pixel.wgsl
// @use lib/place.wgsl
// @use lib/singular.wgsl
// @use lib/shared-weights.wgsl
// group 1     0 args · 1 plane[3][input_blocks], blocks of 4: origin, u, v
//             2 coordinates (lib/place.wgsl) · 3 exponents[pixel]
//             4 statuses[pixel]: status + 256 · class · 5 outputs[pixel][output_width]
// grid        an invocation for POINTS pixels; folded into y
// columns     [row][kind][FOURS]: four points a block; kinds are the state and its tangents u and v. Rows past
//             a state's width are 0, because there weights of the next row are read
// layers      an affine op and an activation each. A row of the product is finished at once: value, slope,
//             tangents, and what they say about sizes. Slopes are scaled by a power of two that depends
//             on all rows; it is 1 but where every slope is below 1e-7, and such a layer is done twice.
// cost        a weight is a gather (15 ns where four lanes are a group), for 12 · FOURS multiply-adds of
//             four lanes (0.4 ns each) on columns at constant places. What runs once a row has indices that
//             are no constants, so that the code is compiled in time.
// units       points in standardised units; λ in 1/span
// numerics    sums run over k in ascending order, four products at a time. Tangents of a point share one
//             power of two; bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const FOURS = 1u; // @set a quarter of the points of an invocation
const POINTS = 4u; // @set points of an invocation
const COLUMNS = 12u; // @set 12 · FOURS
const WIDTH = 4u; // @set rows: the widest state, a multiple of 4
const CHUNKS = 0u; // @set chunks of 16 weights in a row: WIDTH / 16
const REST = 1u; // @set blocks of 4 weights past those

override LANES: u32 = 16;

struct WideArgs {
  narrow_op_count: u32,    // ops whose few inputs are summed in a loop: 2 for the first layer, or 0
  exponent_op_count: u32,  // ops up to the layer of the exponent, even
  op_count: u32,           // even
  first_pixel: u32,        // of this dispatch, in the buffers
  end_pixel: u32,
  width: u32,
  row_place: u32,          // where the t of the buffers' first row stands in coordinates
  input_width: u32,
  output_width: u32,
  span: f32,
}

@group(1) @binding(0) var<uniform> args: WideArgs;
@group(1) @binding(1) var<storage, read> plane: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(5) var<storage, read_write> outputs: array<f32>;

var<private> columns: array<f32, WIDTH * COLUMNS>;
var<private> products: array<f32, WIDTH * COLUMNS>;
// Tangents stand for 2^powers times themselves.
var<private> powers: array<vec4f, FOURS>;
// Bits of the largest number met, of the tangents of this layer, and of the least depth of its slopes.
var<private> met: array<vec4i, FOURS>;
var<private> sizes: array<vec4i, FOURS>;
var<private> depths: array<vec4i, FOURS>;
var<private> shifts: array<vec4i, FOURS>;

fn state_block(block: u32, column: u32) -> vec4f {
  let place = 4u * block * COLUMNS + column;
  return vec4f(
    columns[place],
    columns[place + COLUMNS],
    columns[place + 2u * COLUMNS],
    columns[place + 3u * COLUMNS],
  );
}

fn bits_of(x: vec4f) -> vec4i {
  return bitcast<vec4i>(x) & vec4i(0x7fffffff);
}

fn load_points(first: u32) {
  let input_blocks = block_count(args.input_width);
  for (var p = 0u; p < POINTS; p++) {
    let pixel = min(first + p, args.end_pixel - 1u);
    let place = place_of(pixel, args.width, args.row_place);
    for (var k = 0u; k < args.input_width; k++) {
      let u = plane[input_blocks + k / 4u][k % 4u];
      let v = plane[2u * input_blocks + k / 4u][k % 4u];
      columns[k * COLUMNS + p] = plane[k / 4u][k % 4u] + place.x * u + place.y * v;
      columns[k * COLUMNS + POINTS + p] = u;
      columns[k * COLUMNS + 2u * POINTS + p] = v;
    }
  }
}

fn bias_of(op: Op, row: u32) -> f32 {
  let biases = op.parameters + 4u * block_count(op.output_width) * block_count(op.input_width);
  return parameters[biases + row / 4u][row % 4u];
}

// A row of W x and W dx for few inputs.
fn narrow_row(op: Op, row: u32) -> array<f32, COLUMNS> {
  let first = op.parameters + row * block_count(op.input_width);
  var sums: array<f32, COLUMNS>;
  for (var k = 0u; k < op.input_width; k++) {
    let weight = parameters[first + k / 4u][k % 4u];
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      sums[c] += weight * columns[k * COLUMNS + c];
    }
  }
  return sums;
}

// A row of W x and W dx for up to WIDTH inputs. Scalars, and one column after the other for a few weights, so that
// sums stay in registers.
fn wide_row(op: Op, row: u32) -> array<f32, COLUMNS> {
  let first = op.parameters + row * block_count(op.input_width);
  var sums: array<f32, COLUMNS>;
  // @unroll
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    var weights: array<vec4f, 4>;
    // @unroll
    for (var block = 0u; block < 4u; block++) {
      weights[block] = shared_block(first + 4u * chunk + block);
    }
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      // @unroll
      for (var k = 0u; k < 16u; k++) {
        sums[c] += weights[k / 4u][k % 4u] * columns[(16u * chunk + k) * COLUMNS + c];
      }
    }
  }
  // @unroll
  for (var rest = 0u; rest < REST; rest++) {
    let weights = shared_block(first + 4u * CHUNKS + rest);
    // @unroll
    for (var c = 0u; c < COLUMNS; c++) {
      // @unroll
      for (var k = 0u; k < 4u; k++) {
        sums[c] += weights[k] * columns[(16u * CHUNKS + 4u * rest + k) * COLUMNS + c];
      }
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

fn four(sums: array<f32, COLUMNS>, first: u32) -> vec4f {
  return vec4f(sums[first], sums[first + 1u], sums[first + 2u], sums[first + 3u]);
}

fn store_four(place: u32, values: vec4f) {
  products[place] = values.x;
  products[place + 1u] = values.y;
  products[place + 2u] = values.z;
  products[place + 3u] = values.w;
}

// Row `row` behind the activation, to products.
fn finish_row(op: Op, row: u32, bias: f32, sums: array<f32, COLUMNS>) {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let x = four(sums, 4u * q) + bias;
    let u = four(sums, POINTS + 4u * q);
    let v = four(sums, 2u * POINTS + 4u * q);
    met[q] = max(met[q], max(bits_of(x), max(bits_of(u), bits_of(v))));
    depths[q] = min(depths[q], slope_depth(op.choice, x, op.factor));
    let both = activation_both(op.choice, x, op.factor, shifts[q]);
    sizes[q] = max(sizes[q], max(bits_of(both.slope * u), bits_of(both.slope * v)));
    store_four(row * COLUMNS + 4u * q, both.value);
    store_four(row * COLUMNS + POINTS + 4u * q, both.slope * u);
    store_four(row * COLUMNS + 2u * POINTS + 4u * q, both.slope * v);
  }
}

// The shifts that the layer's slopes ask for; false if it was done with others.
fn shifts_fit() -> bool {
  var fit = true;
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let depth = depths[q];
    let wanted = vec4i(
      shift_of_depth(depth.x),
      shift_of_depth(depth.y),
      shift_of_depth(depth.z),
      shift_of_depth(depth.w),
    );
    fit = fit && all(wanted == shifts[q]);
    shifts[q] = wanted;
  }
  return fit;
}

// Moves products to columns, tangents scaled to a largest component in [1, 2).
fn finish_layer(row_count: u32) {
  var factors: array<vec4f, FOURS>;
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let size = sizes[q] & vec4i(0x7f800000);
    factors[q] = bitcast<vec4f>(vec4i(0x7f000000) - size);
    powers[q] += vec4f(shifts[q]) + (vec4f(size) * 1.1920928955e-7 - 127.0);
    shifts[q] = vec4i();
  }
  for (var place = row_count * COLUMNS; place < WIDTH * COLUMNS; place++) {
    products[place] = 0f;
  }
  for (var row = 0u; row < WIDTH; row++) {
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      let place = row * COLUMNS + p;
      columns[place] = products[place];
      columns[place + POINTS] = factors[p / 4u][p % 4u] * products[place + POINTS];
      columns[place + 2u * POINTS] = factors[p / 4u][p % 4u] * products[place + 2u * POINTS];
    }
  }
}

// λ1, λ2 and the direction of point p, from its tangents, of which the largest component is in [1, 2).
fn stretch_of(p: u32, row_count: u32) -> vec4f {
  let u = POINTS + p;
  let v = u + POINTS;
  var gram = vec3f();
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * COLUMNS + u], columns[row * COLUMNS + v]);
    gram += vec3f(image.x * image.x, image.x * image.y, image.y * image.y);
  }
  let direction = plane_direction(gram.x, gram.y, gram.z);
  var first = 0f;
  var top = 0;
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * COLUMNS + u], columns[row * COLUMNS + v]);
    let along = dot(direction, image);
    first += along * along;
    top = max(top, size_bits(direction.x * image.y - direction.y * image.x));
  }
  let factor = inverse_power(top);
  var second = 0f;
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * COLUMNS + u], columns[row * COLUMNS + v]);
    let across = factor * (direction.x * image.y - direction.y * image.x);
    second += across * across;
  }
  return stretching(first, second, top, direction, powers[p / 4u][p % 4u], args.span);
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
    var fit = false;
    while (!fit) {
      start_layer();
      for (var row = 0u; row < op.output_width; row++) {
        finish_row(activation, row, bias_of(op, row), narrow_row(op, row));
      }
      fit = for_all(shifts_fit());
    }
    finish_layer(op.output_width);
  }
  var found: array<vec4f, POINTS>;
  var tops: array<vec4i, FOURS>;
  var index = args.narrow_op_count;
  // Up to the layer of the exponent, then the rest, where the tangents run along unused.
  for (var part = 0u; part < 2u; part++) {
    let end = select(args.op_count, args.exponent_op_count, part == 0u);
    for (; index < end; index += 2u) {
      let op = program[index];
      let activation = program[index + 1u];
      var fit = false;
      while (!fit) {
        start_layer();
        for (var row = 0u; row < op.output_width; row++) {
          finish_row(activation, row, bias_of(op, row), wide_row(op, row));
        }
        fit = for_all(shifts_fit());
      }
      finish_layer(op.output_width);
    }
    for (var p = part * POINTS; p < POINTS; p++) {
      tops[p / 4u] = met[p / 4u];
      found[p] = stretch_of(p, program[args.exponent_op_count - 1u].output_width);
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    if (first + p < args.end_pixel) {
      let stretched = found[p].x != NO_EXPONENT;
      let top = tops[p / 4u][p % 4u];
      let status = store_outcome(first + p, 0u, p, args.output_width, stretched, top);
      exponents[first + p] = field_entry(found[p], status);
    }
  }
}
