// surface-mesh.wgsl: heights and slopes of a field at the vertices of a mesh, one vertex an invocation
//
//   h(v) = mean clamp((x(p) − low) · inverse_range, 0, MOST_HEIGHT)      over the stride² pixels p of vertex v
//   slope(v) = (h(next) − h(last)) / (place(next) − place(last))         along columns and rows
//
// group 0     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 statuses[pixel] (status | class << 8) ·
//             3 outputs[pixel][output_width] · 4 vertices[rows][columns] (h, slope along columns,
//             slope along rows, 1 or 0 where h is that of what is around)
// units       x in the field's units; heights in parts of the range of the colours; places in parts of the field's size
// numerics    an exponent of −∞ (status 1, or λ₂ of a plane that collapsed) is as low as the range; what left
//             float32 (status 2) counts for nothing, and a vertex has no height of its own if all of its pixels did.
//             Slopes are one-sided at the edge and beside such vertices.

const FIRST: u32 = 0u;
const SECOND: u32 = 1u;
const OUTPUT: u32 = 2u;
const OVERFLOW: u32 = 2u;
const MOST_HEIGHT: f32 = 1.5f;

struct MeshArgs {
  width: u32,
  height: u32,
  stride: u32,
  columns: u32,
  rows: u32,
  source: u32, // FIRST and SECOND exponent, or OUTPUT
  output_width: u32,
  output_index: u32,
  low: f32,
  inverse_range: f32,
}

@group(0) @binding(0) var<uniform> args: MeshArgs;
@group(0) @binding(1) var<storage, read> exponents: array<vec4f>;
@group(0) @binding(2) var<storage, read> statuses: array<u32>;
@group(0) @binding(3) var<storage, read> outputs: array<f32>;
@group(0) @binding(4) var<storage, read_write> vertices: array<vec4f>;

// (height, 1) of a pixel, or 0.
fn height_of(pixel: u32) -> vec2f {
  let overflown = (statuses[pixel] & 0xffu) == OVERFLOW;
  if (args.source == OUTPUT) {
    // Where outputs left the range of float32, all of them are 0.
    let missing = overflown && outputs[pixel * args.output_width] == 0f;
    let value = outputs[pixel * args.output_width + args.output_index];
    return select(vec2f(part_of(value), 1f), vec2f(), missing);
  }
  let entry = exponents[pixel];
  let value = select(entry.x, entry.y, args.source == SECOND);
  return select(vec2f(part_of(value), 1f), vec2f(), overflown);
}

fn part_of(value: f32) -> f32 {
  return clamp((value - args.low) * args.inverse_range, 0f, MOST_HEIGHT);
}

// (h, 1) of a vertex, or 0.
fn vertex_height(vertex: vec2u) -> vec2f {
  var sum = vec2f();
  for (var j = 0u; j < args.stride; j++) {
    let row = min(vertex.y * args.stride + j, args.height - 1u);
    for (var i = 0u; i < args.stride; i++) {
      let column = min(vertex.x * args.stride + i, args.width - 1u);
      sum += height_of(row * args.width + column);
    }
  }
  return sum / max(sum.y, 1f);
}

// Where a vertex is: in the middle of its pixels; those at the edge are on the edge.
fn place_along(index: u32, count: u32, pixel_count: u32) -> f32 {
  let middle = (f32(index) + 0.5f) * f32(args.stride) / f32(pixel_count);
  return select(select(middle, 1f, index + 1u == count), 0f, index == 0u);
}

// From what is known: a neighbour that is not is the vertex itself.
fn slope(own: f32, place: f32, last: vec2f, last_place: f32, next: vec2f, next_place: f32) -> f32 {
  let rise = select(own, next.x, next.y > 0f) - select(own, last.x, last.y > 0f);
  let run = select(place, next_place, next.y > 0f) - select(place, last_place, last.y > 0f);
  return select(0f, rise / run, run > 0f);
}

@compute @workgroup_size(8, 8)
fn surface_mesh(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= args.columns || id.y >= args.rows) {
    return;
  }
  let vertex = id.xy;
  let low = max(vertex, vec2u(1u)) - 1u;
  let high = min(vertex + 1u, vec2u(args.columns, args.rows) - 1u);
  let own = vertex_height(vertex);
  let west = vertex_height(vec2u(low.x, vertex.y));
  let east = vertex_height(vec2u(high.x, vertex.y));
  let south = vertex_height(vec2u(vertex.x, low.y));
  let north = vertex_height(vec2u(vertex.x, high.y));
  let around = west + east + south + north;
  let height = select(around.x / max(around.y, 1f), own.x, own.y > 0f);
  let columns = args.columns;
  let x = place_along(vertex.x, columns, args.width);
  let west_x = place_along(low.x, columns, args.width);
  let east_x = place_along(high.x, columns, args.width);
  let y = place_along(vertex.y, args.rows, args.height);
  let south_y = place_along(low.y, args.rows, args.height);
  let north_y = place_along(high.y, args.rows, args.height);
  let along_x = slope(height, x, west, west_x, east, east_x);
  let along_y = slope(height, y, south, south_y, north, north_y);
  let good = select(0f, 1f, own.y > 0f);
  vertices[vertex.y * columns + vertex.x] = vec4f(height, along_x, along_y, good);
}
