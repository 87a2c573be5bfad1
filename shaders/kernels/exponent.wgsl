// exponent.wgsl: exponents, direction, status and outputs of points, where the by-op road ends
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(tangents) / span
//
// @use lib/network.wgsl
// @use lib/singular.wgsl
// @use lib/pixel.wgsl
// group 1     0 args · 1 states[block][stride] · 2 tangents[block][2][stride] · 3 tops[4][stride]
//             4 powers[stride] (kernels/tangent.wgsl) · 5 exponents[pixel] · 6 statuses[pixel]
//             7 outputs[pixel][output_width]
// grid        an invocation a column
// units       λ in 1/span

override LANES: u32 = 64;

const MET: u32 = 3u;

struct ExponentArgs {
  first_pixel: u32,
  end_pixel: u32,
  column_stride: u32,
  tangent_offset: u32, // first block of the tangents at the layer of the exponent
  tangent_blocks: u32,
  top_place: u32,      // where in tops their largest component stands
  output_offset: u32,  // first block of the network's output among the states
  output_width: u32,
  span: f32,
  rank: u32,           // most singular values above 0
}

@group(1) @binding(0) var<uniform> args: ExponentArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> tangents: array<vec4f>;
@group(1) @binding(3) var<storage, read> tops: array<i32>;
@group(1) @binding(4) var<storage, read> powers: array<f32>;
@group(1) @binding(5) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(7) var<storage, read_write> outputs: array<f32>;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[block * args.column_stride + column];
}

// λ1, λ2 and the direction of one point, from its tangents.
fn stretch(column: u32) -> vec4f {
  let largest = tops[args.top_place * args.column_stride + column];
  let unit = inverse_power(largest);
  let begin = 2u * args.tangent_offset * args.column_stride + column;
  let step = 2u * args.column_stride;
  let end = begin + args.tangent_blocks * step;
  var gram = vec3f();
  for (var place = begin; place < end; place += step) {
    let u = unit * tangents[place];
    let v = unit * tangents[place + args.column_stride];
    gram += vec3f(dot(u, u), dot(u, v), dot(v, v));
  }
  let direction = plane_direction(gram.x, gram.y, gram.z);
  var first = 0f;
  var top = 0;
  for (var place = begin; place < end; place += step) {
    let u = unit * tangents[place];
    let v = unit * tangents[place + args.column_stride];
    let image = direction.x * u + direction.y * v;
    first += dot(image, image);
    top = max(top, top_bits(direction.x * v - direction.y * u));
  }
  let factor = inverse_power(top);
  var second = 0f;
  for (var place = begin; place < end; place += step) {
    let u = unit * tangents[place];
    let v = unit * tangents[place + args.column_stride];
    let image = factor * (direction.x * v - direction.y * u);
    second += dot(image, image);
  }
  let power = powers[column] + exponent_of(largest);
  return stretching(first, second, top, direction, power, args.span, args.rank);
}

@compute @workgroup_size(LANES)
fn exponent(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let pixel = args.first_pixel + column;
  if (pixel >= args.end_pixel) {
    return;
  }
  let met = tops[MET * args.column_stride + column];
  let found = stretch(column);
  let stretched = found.x != NO_EXPONENT;
  let status = store_outcome(pixel, args.output_offset, column, args.output_width, stretched, met);
  exponents[pixel] = field_entry(found, status);
}
