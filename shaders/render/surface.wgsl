// surface.wgsl: a field as a lit surface over its plane, with walls down to a floor, lines and samples on it
//
//   light(n) = clamp(1 + CONTRAST (n·l − l_z), DARKEST, LIGHTEST)      1 on level ground
//   color    = light · palette for light ≤ 1, else as far towards white as light is above 1
//
// group 0     0 args · 1 to 4 of lib/palette.wgsl · 5 camera[5]: columns of the matrix to clip coordinates, the eye ·
//             6 vertices[rows][columns] (render/surface-mesh.wgsl) · 7 segments[i] (s0, t0, s1, t1) ·
//             8 samples[i] (s, t, class, 1 if it is wrong) · 9 colors[class]
// units       world: the plane about the origin, its longer side 2; z up. Places are parts of the
//             field's size, heights parts of the range of the colours; segments and samples in units of
//             (origin, size). Line widths in canvas pixels; colours sRGB.
// numerics    lines are drawn flat on the canvas between the images of their ends, and nearer to the eye by the part
//             LIFT, so that the ground they lie on does not hide them. What has an end behind the eye is not drawn.
//
// @use lib/capsule.wgsl
// @use lib/palette.wgsl

const CONTRAST: f32 = 0.8f;
const DARKEST: f32 = 0.4f;
const LIGHTEST: f32 = 1.25f;
const LIFT: f32 = 0.006f;
const NEAREST: f32 = 1e-3f;
// Height of the floor: a little below what is lowest.
const FLOOR: f32 = -0.05f;

struct SurfaceArgs {
  width: u32, // of the field
  height: u32,
  stride: u32, // pixels from vertex to vertex
  columns: u32, // of the mesh
  rows: u32,
  half_x: f32, // of the plane in the world
  half_y: f32,
  relief: f32, // height 1 in the world
  light_x: f32,
  light_y: f32,
  light_z: f32,
  canvas_width: f32,
  canvas_height: f32,
  hatch_width: f32,
  // lines and samples: where units begin and how long the field is in them; half their width
  origin_s: f32,
  origin_t: f32,
  size_s: f32,
  size_t: f32,
  half_width: f32,
  stroke: f32,
  // of lines and of walls
  red: f32,
  green: f32,
  blue: f32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> args: SurfaceArgs;
@group(0) @binding(5) var<storage, read> camera: array<vec4f, 5>;
@group(0) @binding(6) var<storage, read> vertices: array<vec4f>;
@group(0) @binding(7) var<storage, read> segments: array<vec4f>;
@group(0) @binding(8) var<storage, read> samples: array<vec4f>;
@group(0) @binding(9) var<storage, read> colors: array<vec4f>;

// Out of all views.
const HIDDEN: vec4f = vec4f(0f, 0f, -1f, 1f);

fn ink() -> vec4f {
  return vec4f(args.red, args.green, args.blue, args.alpha);
}

fn world(place: vec2f, height: f32) -> vec3f {
  return vec3f((2f * place - 1f) * vec2f(args.half_x, args.half_y), height * args.relief);
}

fn to_clip(point: vec3f) -> vec4f {
  return camera[0] * point.x + camera[1] * point.y + camera[2] * point.z + camera[3];
}

fn light(normal: vec3f) -> f32 {
  let source = vec3f(args.light_x, args.light_y, args.light_z);
  return clamp(1f + CONTRAST * (dot(normal, source) - source.z), DARKEST, LIGHTEST);
}

fn lit(color: vec3f, brightness: f32) -> vec3f {
  return select(color * brightness, mix(color, vec3f(1f), brightness - 1f), brightness > 1f);
}

// Where a vertex of the mesh is: in the middle of its pixels; those at the edge are on the edge.
fn place_of(vertex: vec2f) -> vec2f {
  let last = vec2f(f32(args.columns), f32(args.rows)) - 1f;
  let middle = (vertex + 0.5f) * f32(args.stride) / vec2f(f32(args.width), f32(args.height));
  return select(select(middle, vec2f(1f), vertex == last), vec2f(), vertex == vec2f());
}

fn vertex_at(vertex: vec2u) -> vec4f {
  return vertices[vertex.y * args.columns + vertex.x];
}

struct GroundVertex {
  @builtin(position) position: vec4f,
  @location(0) place: vec2f,
  @location(1) normal: vec3f,
  @location(2) good: f32,
}

// Vertex of the mesh, row by row. Of the triangles around one without a height a half is drawn.
@vertex
fn ground_vertex(@builtin(vertex_index) index: u32) -> GroundVertex {
  // Division of whole numbers is slow on software adapters; of numbers below 2^22 this is exact.
  let columns = f32(args.columns);
  let row = floor((f32(index) + 0.5f) / columns);
  let place = place_of(vec2f(f32(index) - row * columns, row));
  let vertex = vertices[index];
  let slope = 0.5f * args.relief * vertex.yz / vec2f(args.half_x, args.half_y);
  return GroundVertex(
    to_clip(world(place, vertex.x)),
    place,
    vec3f(-slope, 1f),
    vertex.w,
  );
}

@fragment
fn ground_fragment(vertex: GroundVertex) -> @location(0) vec4f {
  if (vertex.good < 0.5f) {
    discard;
  }
  let color = palette_color(vertex.place, vertex.position.xy, args.hatch_width);
  return vec4f(lit(color, light(normalize(vertex.normal))), 1f);
}

struct WallVertex {
  @builtin(position) position: vec4f,
  @location(0) @interpolate(flat) brightness: f32,
}

fn corner_of(index: u32) -> vec2u {
  return vec2u((0x32u >> index) & 1u, (0x2cu >> index) & 1u);
}

// Walls between the mesh's edge and the floor, a quad of six vertices for each step along the edge: south, north,
// west, east. Where the edge has a gap, they have one.
@vertex
fn wall_vertex(@builtin(vertex_index) index: u32) -> WallVertex {
  let at = quad_vertex(index);
  let corner = corner_of(at.y);
  let along_x = args.columns - 1u;
  let along_y = args.rows - 1u;
  let is_x = at.x < 2u * along_x;
  let count = select(along_y, along_x, is_x);
  let rest = select(at.x - 2u * along_x, at.x, is_x);
  let far = rest >= count;
  let step = select(rest, rest - count, far);
  let across = select(0u, select(along_x, along_y, is_x), far);
  let start = select(vec2u(across, step), vec2u(step, across), is_x);
  let end = start + select(vec2u(0u, 1u), vec2u(1u, 0u), is_x);
  let sound = vertex_at(start).w > 0f && vertex_at(end).w > 0f;
  let vertex = select(start, end, corner.x == 1u);
  let height = select(FLOOR, vertex_at(vertex).x, corner.y == 1u);
  let outward = select(-1f, 1f, far);
  let normal = select(vec3f(outward, 0f, 0f), vec3f(0f, outward, 0f), is_x);
  let position = to_clip(world(place_of(vec2f(vertex)), height));
  // Walls are no part of the field: softer light does.
  return WallVertex(select(HIDDEN, position, sound), mix(1f, light(normal), 0.5f));
}

@vertex
fn floor_vertex(@builtin(vertex_index) index: u32) -> WallVertex {
  return WallVertex(to_clip(world(vec2f(corner_of(index)), FLOOR)), 1f);
}

@fragment
fn wall_fragment(vertex: WallVertex) -> @location(0) vec4f {
  return vec4f(lit(ink().rgb, vertex.brightness), 1f);
}

// Height of the mesh between its vertices; -1 beside gaps.
fn height_between(place: vec2f) -> f32 {
  let size = vec2f(f32(args.width), f32(args.height));
  let last = vec2f(f32(args.columns), f32(args.rows)) - 1f;
  let at = clamp(place * size / f32(args.stride) - 0.5f, vec2f(), last);
  let low = min(vec2u(at), vec2u(last) - min(vec2u(last), vec2u(1u)));
  let part = at - vec2f(low);
  let next = min(low + 1u, vec2u(last));
  let first = vertex_at(low).xw;
  let second = vertex_at(vec2u(next.x, low.y)).xw;
  let third = vertex_at(vec2u(low.x, next.y)).xw;
  let fourth = vertex_at(next).xw;
  let good = min(min(first.y, second.y), min(third.y, fourth.y)) > 0f;
  let height = mix(mix(first.x, second.x, part.x), mix(third.x, fourth.x, part.x), part.y);
  return select(-1f, height, good);
}

struct LineVertex {
  @builtin(position) position: vec4f,
  @location(0) along: vec2f, // pixels from the middle: along the line and across
  @location(1) @interpolate(flat) half_length: f32,
  @location(2) @interpolate(flat) color: vec4f,
}

// A corner of the quad around the image of a segment that lies on the ground.
fn line_on_ground(corner: u32, segment: vec4f, color: vec4f) -> LineVertex {
  let origin = vec2f(args.origin_s, args.origin_t);
  let size = vec2f(args.size_s, args.size_t);
  let start = (segment.xy - origin) / size;
  let end = (segment.zw - origin) / size;
  let inside = all(min(start, end) >= vec2f()) && all(max(start, end) <= vec2f(1f));
  let first = height_between(start);
  let second = height_between(end);
  let eye = camera[4].xyz;
  let from_clip = to_clip(mix(world(start, first), eye, LIFT));
  let end_clip = to_clip(mix(world(end, second), eye, LIFT));
  let near = min(from_clip.w, end_clip.w) < NEAREST;
  let canvas = vec2f(args.canvas_width, args.canvas_height);
  let from_canvas = (0.5f * from_clip.xy / from_clip.w + 0.5f) * canvas;
  let end_canvas = (0.5f * end_clip.xy / end_clip.w + 0.5f) * canvas;
  let line = capsule_at(corner, from_canvas, end_canvas, args.half_width);
  let depth = select(from_clip.z / from_clip.w, end_clip.z / end_clip.w, corner_of(corner).x == 1u);
  let position = vec4f(2f * line.place / canvas - 1f, depth, 1f);
  let shown = inside && !near && min(first, second) >= 0f;
  return LineVertex(select(HIDDEN, position, shown), line.along, line.half_length, color);
}

@vertex
fn line_vertex(@builtin(vertex_index) index: u32, @builtin(instance_index) instance: u32) -> LineVertex {
  let at = quad_vertex(index);
  return line_on_ground(at.y, segments[at.x + instance], ink());
}

@fragment
fn line_fragment(vertex: LineVertex) -> @location(0) vec4f {
  let cover = capsule_cover(vertex.along, vertex.half_length, args.half_width);
  if (cover == 0f) {
    discard;
  }
  return vertex.color * vec4f(1f, 1f, 1f, cover);
}

// Discs that face the canvas; wrong samples have a rim of twice the width.
@vertex
fn sample_vertex(@builtin(vertex_index) index: u32) -> LineVertex {
  let at = quad_vertex(index);
  let entry = samples[at.x];
  let color = colors[u32(entry.z) % arrayLength(&colors)];
  return line_on_ground(at.y, entry.xyxy, vec4f(color.rgb, 1f + entry.w));
}

@fragment
fn sample_fragment(vertex: LineVertex) -> @location(0) vec4f {
  let inside = args.half_width + 0.5f - length(vertex.along);
  let cover = clamp(inside, 0f, 1f);
  let rim = clamp(args.stroke * vertex.color.a + 1f - inside, 0f, 1f);
  return vec4f(mix(vertex.color.rgb, vec3f(0.08f), 0.8f * rim), cover);
}
