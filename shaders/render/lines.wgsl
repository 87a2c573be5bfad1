// lines.wgsl: ridges, stretching directions and samples over the field, as quads of six vertices
//
//   quad i = vertices 6 i to 6 i + 5; segments may come as instances too, which on a software adapter cost a
//   draw each
//
// group 0     0 args · 1 segments[i] (s0, t0, s1, t1) · 2 exponents[pixel] (λ₁, λ₂, ds, dt) ·
//             3 samples[i] (s, t, class, 1 if it is wrong) · 4 colors[class]
// units       plane coordinates; widths and lengths in canvas pixels; colours sRGB
// numerics    edges are softened over one pixel
//
// @use lib/capsule.wgsl

const BAD: f32 = -3e38f;

struct LineArgs {
  view_s_min: f32,
  view_t_min: f32,
  view_s_size: f32,
  view_t_size: f32,
  canvas_width: f32,
  canvas_height: f32,
  half_width: f32,
  red: f32,
  green: f32,
  blue: f32,
  alpha: f32,
  // stretching directions: a grid of marks over the canvas
  spacing: f32,
  half_length: f32,
  columns: u32,
  stroke: f32, // of rings
  // the field below
  width: u32,
  height: u32,
  s_min: f32,
  t_min: f32,
  s_step: f32,
  t_step: f32,
}

@group(0) @binding(0) var<uniform> args: LineArgs;
@group(0) @binding(1) var<storage, read> segments: array<vec4f>;
@group(0) @binding(2) var<storage, read> exponents: array<vec4f>;
@group(0) @binding(3) var<storage, read> samples: array<vec4f>;
@group(0) @binding(4) var<storage, read> colors: array<vec4f>;

struct Vertex {
  @builtin(position) position: vec4f,
  @location(0) along: vec2f,  // pixels from the middle: along the line and across
  @location(1) @interpolate(flat) half_length: f32,
  @location(2) @interpolate(flat) color: vec4f,
}

// Canvas pixels from the lower left corner.
fn to_canvas(point: vec2f) -> vec2f {
  let part = (point - vec2f(args.view_s_min, args.view_t_min)) / vec2f(args.view_s_size, args.view_t_size);
  return part * vec2f(args.canvas_width, args.canvas_height);
}

fn capsule(index: u32, start: vec2f, end: vec2f, color: vec4f) -> Vertex {
  let line = capsule_at(index, start, end, args.half_width);
  let clip = 2f * line.place / vec2f(args.canvas_width, args.canvas_height) - 1f;
  return Vertex(vec4f(clip, 0f, 1f), line.along, line.half_length, color);
}

fn line_color() -> vec4f {
  return vec4f(args.red, args.green, args.blue, args.alpha);
}

@vertex
fn ridge_vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> Vertex {
  let at = quad_vertex(index);
  let segment = segments[at.x + instance];
  return capsule(at.y, to_canvas(segment.xy), to_canvas(segment.zw), line_color());
}

@vertex
fn direction_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  let at = quad_vertex(index);
  let cell = vec2f(f32(at.x % args.columns), f32(at.x / args.columns));
  let canvas = vec2f(args.canvas_width, args.canvas_height);
  let middle = (cell + 0.5f) * args.spacing;
  let point = vec2f(args.view_s_min, args.view_t_min) + middle / canvas * vec2f(args.view_s_size, args.view_t_size);
  let place = (point - vec2f(args.s_min, args.t_min)) / vec2f(args.s_step, args.t_step);
  let size = vec2f(f32(args.width), f32(args.height));
  let inside = all(place >= vec2f()) && all(place < size);
  let pixel = vec2u(clamp(place, vec2f(), size - 1f));
  let entry = exponents[pixel.y * args.width + pixel.x];
  // On the canvas s and t may have different scales.
  let turned = entry.zw * canvas / vec2f(args.view_s_size, args.view_t_size);
  let forward = turned / max(length(turned), 1e-12f);
  let shown = inside && entry.x > BAD;
  let start = select(vec2f(-9f), middle - args.half_length * forward, shown);
  let end = select(vec2f(-9f), middle + args.half_length * forward, shown);
  return capsule(at.y, start, end, line_color());
}

@vertex
fn sample_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  let at = quad_vertex(index);
  let entry = samples[at.x];
  let place = to_canvas(entry.xy);
  let color = colors[u32(entry.z) % arrayLength(&colors)];
  return capsule(at.y, place, place, vec4f(color.rgb, args.alpha));
}

@vertex
fn error_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  let at = quad_vertex(index);
  let entry = samples[at.x];
  let place = select(vec2f(-9f * args.half_width), to_canvas(entry.xy), entry.w > 0f);
  return capsule(at.y, place, place, line_color());
}

@fragment
fn line_fragment(vertex: Vertex) -> @location(0) vec4f {
  let cover = capsule_cover(vertex.along, vertex.half_length, args.half_width);
  return vertex.color * vec4f(1f, 1f, 1f, cover);
}

@fragment
fn disc_fragment(vertex: Vertex) -> @location(0) vec4f {
  let radius = length(vertex.along);
  let cover = clamp(args.half_width + 0.5f - radius, 0f, 1f);
  let rim = clamp(radius - args.half_width + 1.5f, 0f, 1f);
  return vec4f(mix(vertex.color.rgb, vec3f(0.08f), 0.8f * rim), vertex.color.a * cover);
}

// A ring of half_width's radius with a light edge.
@fragment
fn ring_fragment(vertex: Vertex) -> @location(0) vec4f {
  let inside = args.half_width - 0.5f - length(vertex.along);
  let middle = abs(inside - args.stroke);
  let cover = clamp(args.stroke + 0.5f - middle, 0f, 1f);
  let ink = clamp(0.5f * args.stroke + 0.5f - middle, 0f, 1f);
  return vec4f(mix(vec3f(1f), vertex.color.rgb, ink), vertex.color.a * cover);
}
