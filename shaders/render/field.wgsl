// field.wgsl: colours a field onto the canvas, with the decision boundary as a line
//
// group 0     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 statuses[pixel] (status | class << 8) ·
//             3 outputs[pixel][output_width] · 4 colors[256 + CLASS_COLORS]: colour table, then classes
// units       view and field rectangles in plane coordinates; colours sRGB, 0 to 1; lines in canvas pixels
// numerics    values are interpolated bilinearly between pixel centres; directions by their doubled angle.
//             A pixel with a status that is not good is hatched, with its neighbours' values left out.

const BAD: f32 = -3e38f;
const TABLE_SIZE: u32 = 256u;
const CLASS_COLORS: u32 = 8u;

const EXPONENT: u32 = 0u;
const SECOND_EXPONENT: u32 = 1u;
const DIRECTION: u32 = 2u;
const OUTPUT: u32 = 3u;
const CLASS: u32 = 4u;

struct FieldArgs {
  width: u32,
  height: u32,
  output_width: u32,
  output_index: u32,
  quantity: u32,
  boundary: u32,
  s_min: f32,
  t_min: f32,
  s_step: f32,
  t_step: f32,
  view_s_min: f32,
  view_t_max: f32,
  view_s_step: f32, // a canvas pixel in plane units
  view_t_step: f32,
  low: f32,
  high: f32,
  scale: f32,
  line_width: f32,
  hatch_width: f32,
  ink_red: f32,
  ink_green: f32,
  ink_blue: f32,
}

@group(0) @binding(0) var<uniform> args: FieldArgs;
@group(0) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(0) @binding(2) var<storage, read> statuses: array<u32>;
@group(0) @binding(3) var<storage, read> outputs: array<f32>;
@group(0) @binding(4) var<storage, read> colors: array<vec4f>;

// The four pixels around a place, and the weights of bilinear interpolation.
struct Neighbours {
  pixels: vec4u,
  weights: vec4f,
  nearest: u32,
}

@vertex
fn field_vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  // One triangle that covers the canvas.
  return vec4f(f32(index & 1u) * 4f - 1f, f32(index >> 1u) * 4f - 1f, 0f, 1f);
}

fn neighbours_of(place: vec2f) -> Neighbours {
  let last = vec2f(f32(args.width - 1u), f32(args.height - 1u));
  let centred = clamp(place - 0.5f, vec2f(), last);
  let base = min(floor(centred), max(last - 1f, vec2f()));
  let part = centred - base;
  let left = u32(base.x);
  let right = min(left + 1u, args.width - 1u);
  let low = u32(base.y) * args.width;
  let high = min(u32(base.y) + 1u, args.height - 1u) * args.width;
  let pixels = vec4u(low + left, low + right, high + left, high + right);
  let weights = vec4f(
    (1f - part.x) * (1f - part.y), part.x * (1f - part.y), (1f - part.x) * part.y, part.x * part.y,
  );
  let nearest = select(low, high, part.y >= 0.5f) + select(left, right, part.x >= 0.5f);
  return Neighbours(pixels, weights, nearest);
}

// Signed margin of the decision: the output itself, or how far the largest is above the second.
fn margin_of(pixel: u32) -> f32 {
  let first = pixel * args.output_width;
  if (args.output_width == 1u) {
    return outputs[first];
  }
  var best = BAD;
  var second = BAD;
  for (var i = 0u; i < args.output_width; i++) {
    let value = outputs[first + i];
    second = max(second, min(value, best));
    best = max(best, value);
  }
  return best - second;
}

fn value_of(pixel: u32) -> f32 {
  if (args.quantity == OUTPUT) {
    return outputs[pixel * args.output_width + args.output_index];
  }
  let entry = exponents[pixel];
  return select(entry.x, entry.y, args.quantity == SECOND_EXPONENT);
}

// Colour of the place without lines; alpha 0 where the value is bad.
fn color_of(at: Neighbours) -> vec4f {
  if (args.quantity == CLASS) {
    return vec4f(colors[TABLE_SIZE + (statuses[at.nearest] >> 8u) % CLASS_COLORS].rgb, 1f);
  }
  if (args.quantity == DIRECTION) {
    var doubled = vec2f();
    for (var i = 0u; i < 4u; i++) {
      let d = exponents[at.pixels[i]].zw;
      doubled += at.weights[i] * vec2f(d.x * d.x - d.y * d.y, 2f * d.x * d.y);
    }
    let turn = atan2(doubled.y, doubled.x) * 0.15915494f;
    return vec4f(colors[u32(fract(turn + 1f) * 255.99f)].rgb, 1f);
  }
  var sum = 0f;
  var weight = 0f;
  for (var i = 0u; i < 4u; i++) {
    let value = value_of(at.pixels[i]);
    let w = select(at.weights[i], 0f, value <= BAD);
    sum += w * select(value, 0f, value <= BAD);
    weight += w;
  }
  let factor = select(args.scale, 1f, args.quantity == OUTPUT);
  let value = factor * sum / max(weight, 1e-6f);
  let part = clamp((value - args.low) / (args.high - args.low), 0f, 1f);
  return vec4f(colors[u32(part * 255.99f)].rgb, select(0f, 1f, weight > 0f));
}

fn hatching(position: vec2f) -> vec3f {
  let stripe = fract((position.x + position.y) / args.hatch_width) < 0.5f;
  return select(vec3f(0.62f), vec3f(0.78f), stripe);
}

@fragment
fn field_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let s = args.view_s_min + position.x * args.view_s_step;
  let t = args.view_t_max - position.y * args.view_t_step;
  let place = vec2f((s - args.s_min) / args.s_step, (t - args.t_min) / args.t_step);
  let at = neighbours_of(place);
  var color = color_of(at);
  let quantity_bad = args.quantity != OUTPUT && args.quantity != CLASS && (statuses[at.nearest] & 0xffu) != 0u;
  if (quantity_bad || color.a == 0f) {
    color = vec4f(hatching(position.xy), 1f);
  }
  if (args.boundary == 1u) {
    var margin = 0f;
    for (var i = 0u; i < 4u; i++) {
      margin += at.weights[i] * margin_of(at.pixels[i]);
    }
    let steepness = max(length(vec2f(dpdx(margin), dpdy(margin))), 1e-12f);
    let distance = abs(margin) / steepness;
    let cover = clamp(0.5f * args.line_width + 0.5f - distance, 0f, 1f);
    color = vec4f(mix(color.rgb, vec3f(args.ink_red, args.ink_green, args.ink_blue), 0.85f * cover), 1f);
  }
  let size = vec2f(f32(args.width), f32(args.height));
  let outside = any(place < vec2f()) || any(place > size);
  return select(color, vec4f(0.5f, 0.5f, 0.5f, 1f), outside);
}
