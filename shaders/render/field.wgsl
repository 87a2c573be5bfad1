// field.wgsl: paints the texels of a field over the part of the canvas that shows it, then its boundary
//
// group 0     0 to 4 of lib/field-color.wgsl · 5 segments[i] (x0, y0, x1, y1)
// units       of lib/field-color.wgsl; segments in parts of the field's size
// numerics    the boundary is painted with what is below it, and blended by the minimum or maximum: where
//             segments meet it is not darker
//
// @use lib/field-color.wgsl

@group(0) @binding(5) var<storage, read> segments: array<vec4f>;

@vertex
fn field_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  return field_corner(index);
}

@fragment
fn field_fragment(vertex: Vertex) -> @location(0) vec4f {
  return vec4f(color_at(vertex.place, vertex.position.xy), 1f);
}

@vertex
fn boundary_vertex(@builtin(vertex_index) index: u32) -> LineVertex {
  let at = quad_vertex(index);
  return line_corner(at.y, segments[at.x]);
}

@fragment
fn boundary_fragment(vertex: LineVertex) -> @location(0) vec4f {
  let cover = capsule_cover(vertex.along, vertex.half_length, args.half_width);
  if (cover == 0f || !is_inside(vertex.place)) {
    discard;
  }
  return vec4f(line_over(color_at(vertex.place, vertex.position.xy), cover), 1f);
}
