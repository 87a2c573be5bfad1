// field.wgsl: paints the texels of a field over the part of the canvas that shows it
//
//   color(p) = palette(x/z, y/z)      (x, y, z): the texels at p, interpolated
//
// group 0     0 args · 1 texels (render/texels.wgsl) · 2 filtering: linear, or nearest for classes ·
//             3 palette: colours over the unit square · 4 nearest
// units       corners in clip coordinates; colours sRGB, 0 to 1; hatch_width in canvas pixels
// numerics    values are interpolated, not colours: between blue and red lies the palette's middle. Where less
//             than half of what surrounds a place is good, it is hatched.

struct FieldArgs {
  left: f32,
  bottom: f32,
  right: f32,
  top: f32,
  hatch_width: f32,
}

@group(0) @binding(0) var<uniform> args: FieldArgs;
@group(0) @binding(1) var texels: texture_2d<f32>;
@group(0) @binding(2) var filtering: sampler;
@group(0) @binding(3) var palette: texture_2d<f32>;
@group(0) @binding(4) var nearest: sampler;

struct Vertex {
  @builtin(position) position: vec4f,
  @location(0) place: vec2f, // in the field, 0 to 1
}

@vertex
fn field_vertex(@builtin(vertex_index) index: u32) -> Vertex {
  let place = vec2f(f32((0x32u >> index) & 1u), f32((0x2cu >> index) & 1u));
  let clip = mix(vec2f(args.left, args.bottom), vec2f(args.right, args.top), place);
  return Vertex(vec4f(clip, 0f, 1f), place);
}

fn hatching(position: vec2f) -> vec3f {
  let stripe = fract((position.x + position.y) / args.hatch_width) < 0.5f;
  return select(vec3f(0.62f), vec3f(0.78f), stripe);
}

@fragment
fn field_fragment(vertex: Vertex) -> @location(0) vec4f {
  let texel = textureSampleLevel(texels, filtering, vertex.place, 0f);
  let good = texel.z >= 0.5f;
  let place = texel.xy / select(1f, texel.z, good);
  let color = textureSampleLevel(palette, nearest, place, 0f).rgb;
  return vec4f(select(hatching(vertex.position.xy), color, good), 1f);
}
