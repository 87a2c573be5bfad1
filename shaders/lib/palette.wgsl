// palette.wgsl: colours of a field from its texels and a palette
//
//   color = palette(x/z, y/z)      (x, y, z): the texels at a place, interpolated
//
// group 0     1 texels (render/texels.wgsl) · 2 filtering: linear, or nearest for classes · 3 palette: colours over
//             the unit square · 4 nearest
// units       colours sRGB, 0 to 1; places in parts of the field's size; widths in canvas pixels
// numerics    values are interpolated, not colours: between blue and red lies the palette's middle. Where less
//             than half of what surrounds a place is good, it is hatched.

@group(0) @binding(1) var texels: texture_2d<f32>;
@group(0) @binding(2) var filtering: sampler;
@group(0) @binding(3) var palette: texture_2d<f32>;
@group(0) @binding(4) var nearest: sampler;

fn hatching(position: vec2f, width: f32) -> vec3f {
  let stripe = fract((position.x + position.y) / width) < 0.5f;
  return select(vec3f(0.62f), vec3f(0.78f), stripe);
}

// Colour at a place, hatched in stripes of the canvas where there is none.
fn palette_color(place: vec2f, position: vec2f, hatch_width: f32) -> vec3f {
  let texel = textureSampleLevel(texels, filtering, place, 0f);
  let good = texel.z >= 0.5f;
  let entry = texel.xy / select(1f, texel.z, good);
  let color = textureSampleLevel(palette, nearest, entry, 0f).rgb;
  return select(hatching(position, hatch_width), color, good);
}
