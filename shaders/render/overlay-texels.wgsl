// overlay-texels.wgsl: what lies over a field, as textures of its own size
//
//   tint = good · (class colour, 1)      streaks = streaks[pixel]
//
// group 0     0 args · 1 statuses[pixel] (status | class << 8) · 2 outputs[pixel][output_width] ·
//             3 colors[class] · 4 streaks[pixel] (kernels/convolution.wgsl)
// units       row 0 of the textures is the lowest t; colours sRGB, 0 to 1
// numerics    texels without a class are all 0: after a linear filter rgb/a is a mean over the others

const OVERFLOW: u32 = 2u;

struct OverlayArgs {
  width: u32,
  output_width: u32,
}

@group(0) @binding(0) var<uniform> args: OverlayArgs;
@group(0) @binding(1) var<storage, read> statuses: array<u32>;
@group(0) @binding(2) var<storage, read> outputs: array<f32>;
@group(0) @binding(3) var<storage, read> colors: array<vec4f>;
@group(0) @binding(4) var<storage, read> streaks: array<f32>;

fn pixel_at(position: vec4f) -> u32 {
  return u32(position.y) * args.width + u32(position.x);
}

@vertex
fn overlay_vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  // One triangle that covers the texture.
  return vec4f(f32(index & 1u) * 4f - 1f, f32(index >> 1u) * 4f - 1f, 0f, 1f);
}

@fragment
fn tint_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let pixel = pixel_at(position);
  let status = statuses[pixel];
  // Where outputs left the range of float32, all of them are 0.
  let good = (status & 0xffu) != OVERFLOW || outputs[pixel * args.output_width] != 0f;
  return select(vec4f(), colors[(status >> 8u) % arrayLength(&colors)], good);
}

@fragment
fn streak_fragment(@builtin(position) position: vec4f) -> @location(0) vec4f {
  return vec4f(streaks[pixel_at(position)]);
}
