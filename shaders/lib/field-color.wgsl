// field-color.wgsl: a field flat on a part of the canvas, and lines over it
//
// group 0     0 args · 1 to 4 of lib/palette.wgsl
// units       corners in clip coordinates; colours sRGB, 0 to 1; widths in canvas pixels; places in parts of the
//             field's size
//
// @use lib/capsule.wgsl
// @use lib/palette.wgsl

struct FieldArgs {
  left: f32,
  bottom: f32,
  right: f32,
  top: f32,
  hatch_width: f32,
  canvas_width: f32,
  canvas_height: f32,
  half_width: f32, // of the boundary
  opacity: f32,
  red: f32,
  green: f32,
  blue: f32,
}

@group(0) @binding(0) var<uniform> args: FieldArgs;

struct Vertex {
  @builtin(position) position: vec4f,
  @location(0) place: vec2f, // in the field, 0 to 1
}

// Corners of two triangles over the part of the canvas that shows the field.
fn field_corner(index: u32) -> Vertex {
  let place = vec2f(f32((0x32u >> index) & 1u), f32((0x2cu >> index) & 1u));
  let clip = mix(vec2f(args.left, args.bottom), vec2f(args.right, args.top), place);
  return Vertex(vec4f(clip, 0f, 1f), place);
}

fn color_at(place: vec2f, position: vec2f) -> vec3f {
  return palette_color(place, position, args.hatch_width);
}

struct LineVertex {
  @builtin(position) position: vec4f,
  @location(0) place: vec2f,
  @location(1) along: vec2f,
  @location(2) @interpolate(flat) half_length: f32,
}

// A corner of the quad around a segment (x0, y0, x1, y1).
fn line_corner(corner: u32, segment: vec4f) -> LineVertex {
  let low = vec2f(args.left, args.bottom);
  let size = vec2f(args.right, args.top) - low;
  let scale = 0.5f * vec2f(args.canvas_width, args.canvas_height);
  let start = (low + segment.xy * size + 1f) * scale;
  let end = (low + segment.zw * size + 1f) * scale;
  let line = capsule_at(corner, start, end, args.half_width);
  let clip = line.place / scale - 1f;
  return LineVertex(vec4f(clip, 0f, 1f), (clip - low) / size, line.along, line.half_length);
}

fn is_inside(place: vec2f) -> bool {
  return all(place >= vec2f()) && all(place <= vec2f(1f));
}

// Colour of the line over what is below it.
fn line_over(below: vec3f, cover: f32) -> vec3f {
  return mix(below, vec3f(args.red, args.green, args.blue), args.opacity * cover);
}
