// capsule.wgsl: a line with round ends as two triangles, softened over one pixel
//
// units       canvas pixels, y up
// numerics    the six vertices reach one pixel further than the line is wide

struct Capsule {
  place: vec2f,
  along: vec2f, // from the middle: along the line and across
  half_length: f32,
}

// Vertex `index`, 0 to 5.
fn capsule_at(index: u32, start: vec2f, end: vec2f, half_width: f32) -> Capsule {
  let length_now = distance(start, end);
  let forward = select(vec2f(1f, 0f), (end - start) / max(length_now, 1e-6f), length_now > 1e-6f);
  let corner = vec2f(f32((0x32u >> index) & 1u), f32((0x2cu >> index) & 1u)) * 2f - 1f;
  let reach = half_width + 1f;
  let along = corner * vec2f(0.5f * length_now + reach, reach);
  let place = 0.5f * (start + end) + along.x * forward + along.y * vec2f(-forward.y, forward.x);
  return Capsule(place, along, 0.5f * length_now);
}

// How much of a pixel the line covers, 0 to 1.
fn capsule_cover(along: vec2f, half_length: f32, half_width: f32) -> f32 {
  let beyond = max(abs(along.x) - half_length, 0f);
  return clamp(half_width + 0.5f - length(vec2f(beyond, along.y)), 0f, 1f);
}

// Number of the quad, and of the vertex in it, for quads of six vertices.
fn quad_vertex(index: u32) -> vec2u {
  let quad = index / 6u;
  return vec2u(quad, index - 6u * quad);
}
