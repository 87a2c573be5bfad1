// texels.wgsl: a field as a texture of its own size, for one quantity: where each pixel stands in the palette
//
//   texel = good · (x, y, 1, 1)      x, y: place in the palette texture, 0 to 1; good: 0 or 1
//
// group 0     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 statuses[pixel] (status | class << 8) ·
//             3 outputs[pixel][output_width]
// units       row 0 of the texture is the lowest t; values beyond the range are cut off by the texture's format
// numerics    bad texels are all 0: after a linear filter x/z and y/z are means over the good ones and z is
//             their weight. A direction is an axis, so that its doubled angle is what may be averaged.

const BAD: f32 = -3e38f;
const OVERFLOW: u32 = 2u;
const CLASS_COLORS: u32 = 20u; // of src/render/palette.ts

struct TexelArgs {
  width: u32,
  output_width: u32,
  output_index: u32,
  centre: f32, // value whose place is middle
  middle: f32,
  inverse_below: f32, // parts of the palette for each unit of the value
  inverse_above: f32,
}

@group(0) @binding(0) var<uniform> args: TexelArgs;
@group(0) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(0) @binding(2) var<storage, read> statuses: array<u32>;
@group(0) @binding(3) var<storage, read> outputs: array<f32>;

fn pixel_at(position: vec4f) -> u32 {
  return u32(position.y) * args.width + u32(position.x);
}

fn texel(place: vec2f, good: bool) -> vec4f {
  return select(vec4f(), vec4f(place, 1f, 1f), good);
}

// The twin of partOf() of src/render/color-scale.ts.
fn place_of(value: f32) -> vec2f {
  let inverse = select(args.inverse_above, args.inverse_below, value < args.centre);
  return vec2f(args.middle + (value - args.centre) * inverse, 0f);
}

// Where outputs left the range of float32, all of them are 0.
fn has_output(pixel: u32) -> bool {
  return (statuses[pixel] & 0xffu) != OVERFLOW || outputs[pixel * args.output_width] != 0f;
}

@vertex
fn texel_vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  // One triangle that covers the texture.
  return vec4f(f32(index & 1u) * 4f - 1f, f32(index >> 1u) * 4f - 1f, 0f, 1f);
}

@fragment
fn exponent_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  return texel(place_of(exponents[pixel].x), (statuses[pixel] & 0xffu) == 0u);
}

@fragment
fn second_exponent_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  let value = exponents[pixel].y;
  return texel(place_of(value), (statuses[pixel] & 0xffu) == 0u && value > BAD);
}

@fragment
fn direction_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  let d = exponents[pixel].zw;
  let doubled = vec2f(d.x * d.x - d.y * d.y, 2f * d.x * d.y);
  return texel(0.5f + 0.5f * doubled, (statuses[pixel] & 0xffu) == 0u);
}

@fragment
fn output_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  return texel(place_of(outputs[pixel * args.output_width + args.output_index]), has_output(pixel));
}

@fragment
fn class_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  let color = (statuses[pixel] >> 8u) % CLASS_COLORS;
  return texel(vec2f((f32(color) + 0.5f) / f32(CLASS_COLORS), 0f), has_output(pixel));
}
