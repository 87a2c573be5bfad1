// overlaid.wgsl: as render/field.wgsl, with regions of classes tinted and streaks along stretching directions
//
//   color = shade(mix(color(p), tint.rgb/tint.a, REGION_OPACITY), streaks)
//
// group 0     0 to 4 of lib/field-color.wgsl · 5 segments[i] (x0, y0, x1, y1) · 6 tint (class colour · w, w),
//             w = 0 where there is no class · 7 streaks: 0 dark to 1 light; 1/2 changes nothing
// units       of lib/field-color.wgsl; segments in parts of the field's size
// numerics    as render/field.wgsl. Where the field is hatched, nothing lies over it.
//             The twin of overlaid_color is src/render/overlay-color.ts
//
// @use lib/field-color.wgsl

const REGION_OPACITY: f32 = 0.3f;
const STREAK_STRENGTH: f32 = 0.5f;

@group(0) @binding(5) var<storage, read> segments: array<vec4f>;
@group(0) @binding(6) var tint: texture_2d<f32>;
@group(0) @binding(7) var streaks: texture_2d<f32>;

fn overlaid_color(place: vec2f, position: vec2f) -> vec3f {
  let color = color_at(place, position);
  let good = textureSampleLevel(texels, filtering, place, 0f).z >= 0.5f;
  let region = textureSampleLevel(tint, filtering, place, 0f);
  let known = region.a >= 0.5f;
  let tinted = mix(color, region.rgb / select(1f, region.a, known), select(0f, REGION_OPACITY, known));
  let streak = STREAK_STRENGTH * (2f * textureSampleLevel(streaks, filtering, place, 0f).x - 1f);
  let shaded = select(tinted * (1f + streak), mix(tinted, vec3f(1f), streak), streak > 0f);
  return select(color, shaded, good);
}

@vertex
fn field_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  return field_corner(index);
}

@fragment
fn field_fragment(vertex: Vertex) -> @location(0) vec4f {
  return vec4f(overlaid_color(vertex.place, vertex.position.xy), 1f);
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
  return vec4f(line_over(overlaid_color(vertex.place, vertex.position.xy), cover), 1f);
}
