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
// kernel      provides weight_chunk(place): four blocks of parameters from that one on
// group 1     0 args · 1 plane[3][input_blocks], blocks of 4: origin, u, v
//             2 coordinates (lib/place.wgsl) · 3 exponents[pixel]
//             4 statuses[pixel]: status + 256 · class · 5 outputs[pixel][output_width]
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

const FOURS = 1u; // @set quarters of the points of an invocation
const KINDS = 3u; // @set 3 · FOURS
const WIDTH = 4u; // @set rows: the widest state, a multiple of 4
const CHUNKS = 0u; // @set chunks of 16 weights in a row: WIDTH / 16
const REST = 1u; // @set blocks of 4 weights past those

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

var<private> columns: array<vec4f, WIDTH * KINDS>;
var<private> products: array<vec4f, WIDTH * KINDS>;
// Tangents stand for 2^powers times themselves.
var<private> powers: array<vec4f, FOURS>;
// Bits of the largest number met, of the tangents of this layer, and of the least depth of its slopes.
var<private> met: array<vec4i, FOURS>;
var<private> sizes: array<vec4i, FOURS>;
var<private> depths: array<vec4i, FOURS>;
var<private> shifts: array<vec4i, FOURS>;

fn state_block(block: u32, column: u32) -> vec4f {
  let place = 4u * block * KINDS + column / 4u;
  let lane = column % 4u;
  return vec4f(
    columns[place][lane],
    columns[place + KINDS][lane],
    columns[place + 2u * KINDS][lane],
    columns[place + 3u * KINDS][lane],
  );
}

fn bits_of(x: vec4f) -> vec4i {
  return bitcast<vec4i>(x) & vec4i(0x7fffffff);
}

fn load_points(first: u32) {
  let input_blocks = block_count(args.input_width);
  var s: array<vec4f, FOURS>;
  var t: array<vec4f, FOURS>;
  for (var p = 0u; p < 4u * FOURS; p++) {
    let pixel = min(first + p, args.end_pixel - 1u);
    let place = place_of(pixel, args.width, args.row_place);
    s[p / 4u][p % 4u] = place.x;
    t[p / 4u][p % 4u] = place.y;
  }
  for (var k = 0u; k < args.input_width; k++) {
    let origin = plane[k / 4u][k % 4u];
    let u = plane[input_blocks + k / 4u][k % 4u];
    let v = plane[2u * input_blocks + k / 4u][k % 4u];
    // @unroll
    for (var q = 0u; q < FOURS; q++) {
      columns[k * KINDS + q] = origin + s[q] * u + t[q] * v;
      columns[k * KINDS + FOURS + q] = vec4f(u);
      columns[k * KINDS + 2u * FOURS + q] = vec4f(v);
    }
  }
}

fn bias_of(op: Op, row: u32) -> f32 {
  let biases = op.parameters + 4u * block_count(op.output_width) * block_count(op.input_width);
  return parameters[biases + row / 4u][row % 4u];
}

// A row of W x and W dx for few inputs.
fn narrow_row(op: Op, row: u32) -> array<vec4f, KINDS> {
  let first = op.parameters + row * block_count(op.input_width);
  var sums: array<vec4f, KINDS>;
  for (var k = 0u; k < op.input_width; k++) {
    let weight = parameters[first + k / 4u][k % 4u];
    // @unroll
    for (var c = 0u; c < KINDS; c++) {
      sums[c] += weight * columns[k * KINDS + c];
    }
  }
  return sums;
}

// A row of W x and W dx for up to WIDTH inputs.
fn wide_row(op: Op, row: u32) -> array<vec4f, KINDS> {
  let first = op.parameters + row * block_count(op.input_width);
  var sums: array<vec4f, KINDS>;
  // @unroll
  for (var chunk = 0u; chunk < CHUNKS; chunk++) {
    let weights = weight_chunk(first + 4u * chunk);
    // @unroll
    for (var b = 0u; b < 4u; b++) {
      let w = weights[b];
      // @unroll
      for (var c = 0u; c < KINDS; c++) {
        const k = (16u * chunk + 4u * b) * KINDS + c;
        sums[c] += w.x * columns[k] + w.y * columns[k + KINDS] +
          w.z * columns[k + 2u * KINDS] + w.w * columns[k + 3u * KINDS];
      }
    }
  }
  let weights = weight_chunk(first + 4u * CHUNKS);
  // @unroll
  for (var b = 0u; b < REST; b++) {
    let w = weights[b];
    // @unroll
    for (var c = 0u; c < KINDS; c++) {
      const k = (16u * CHUNKS + 4u * b) * KINDS + c;
      sums[c] += w.x * columns[k] + w.y * columns[k + KINDS] +
        w.z * columns[k + 2u * KINDS] + w.w * columns[k + 3u * KINDS];
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

// Row `row` behind the activation, to products.
fn finish_row(op: Op, row: u32, bias: f32, sums: array<vec4f, KINDS>) {
  // @unroll
  for (var q = 0u; q < FOURS; q++) {
    let x = sums[q] + bias;
    let u = sums[FOURS + q];
    let v = sums[2u * FOURS + q];
    met[q] = max(met[q], max(bits_of(x), max(bits_of(u), bits_of(v))));
    depths[q] = min(depths[q], slope_depth(op.choice, x, op.factor));
    let both = activation_both(op.choice, x, op.factor, shifts[q]);
    sizes[q] = max(sizes[q], max(bits_of(both.slope * u), bits_of(both.slope * v)));
    products[row * KINDS + q] = both.value;
    products[row * KINDS + FOURS + q] = both.slope * u;
    products[row * KINDS + 2u * FOURS + q] = both.slope * v;
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
  for (var row = 0u; row < row_count; row++) {
    // @unroll
    for (var q = 0u; q < FOURS; q++) {
      columns[row * KINDS + q] = products[row * KINDS + q];
      columns[row * KINDS + FOURS + q] = factors[q] * products[row * KINDS + FOURS + q];
      columns[row * KINDS + 2u * FOURS + q] = factors[q] * products[row * KINDS + 2u * FOURS + q];
    }
  }
  for (var place = row_count * KINDS; place < WIDTH * KINDS; place++) {
    columns[place] = vec4f();
  }
}

// λ1, λ2 and the direction of point p, from its tangents, of which the largest component is in [1, 2).
fn stretch_of(p: u32, row_count: u32) -> vec4f {
  let u = FOURS + p / 4u;
  let v = u + FOURS;
  let lane = p % 4u;
  var gram = vec3f();
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * KINDS + u][lane], columns[row * KINDS + v][lane]);
    gram += vec3f(image.x * image.x, image.x * image.y, image.y * image.y);
  }
  let direction = plane_direction(gram.x, gram.y, gram.z);
  var first = 0f;
  var top = 0;
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * KINDS + u][lane], columns[row * KINDS + v][lane]);
    let along = dot(direction, image);
    first += along * along;
    top = max(top, size_bits(direction.x * image.y - direction.y * image.x));
  }
  let factor = inverse_power(top);
  var second = 0f;
  for (var row = 0u; row < row_count; row++) {
    let image = vec2f(columns[row * KINDS + u][lane], columns[row * KINDS + v][lane]);
    let across = factor * (direction.x * image.y - direction.y * image.x);
    second += across * across;
  }
  return stretching(first, second, top, direction, powers[p / 4u][lane], args.span);
}

// All of it for the points from pixel `first` on. Loops that run once or not at all stand where a branch would:
// a software adapter runs branches that are not taken.
fn compute_points(first: u32) {
  load_points(first);
  for (var index = 0u; index < args.narrow_op_count; index += 2u) {
    let op = program[index];
    var fit = false;
    while (!fit) {
      start_layer();
      for (var row = 0u; row < op.output_width; row++) {
        finish_row(program[index + 1u], row, bias_of(op, row), narrow_row(op, row));
      }
      fit = shifts_fit();
    }
    finish_layer(op.output_width);
  }
  var found: array<vec4f, 4u * FOURS>;
  var tops: array<vec4i, FOURS>;
  var index = args.narrow_op_count;
  // Up to the layer of the exponent, then the rest, where the tangents run along unused.
  for (var part = 0u; part < 2u; part++) {
    let end = select(args.op_count, args.exponent_op_count, part == 0u);
    for (; index < end; index += 2u) {
      let op = program[index];
      var fit = false;
      while (!fit) {
        start_layer();
        for (var row = 0u; row < op.output_width; row++) {
          finish_row(program[index + 1u], row, bias_of(op, row), wide_row(op, row));
        }
        fit = lanes_agree(shifts_fit());
      }
      finish_layer(op.output_width);
    }
    for (var p = part * 4u * FOURS; p < 4u * FOURS; p++) {
      tops[p / 4u] = met[p / 4u];
      found[p] = stretch_of(p, program[args.exponent_op_count - 1u].output_width);
    }
  }
  for (var p = 0u; p < 4u * FOURS; p++) {
    if (first + p < args.end_pixel) {
      let stretched = found[p].x != NO_EXPONENT;
      let top = tops[p / 4u][p % 4u];
      let status = store_outcome(first + p, 0u, p, args.output_width, stretched, top);
      exponents[first + p] = field_entry(found[p], status);
    }
  }
}
