// interpolation.wgsl: how directions and classes of pixels lie between others
//
// Directions are interpolated as (ds² − dt², 2 ds dt), which has no sign to choose; classes are those of interpolated
// outputs.
//
// @use lib/lattice.wgsl
// group 1     7 outputs[pixel][output_width]

@group(1) @binding(7) var<storage, read_write> outputs: array<f32>;

// λ₁, λ₂ and the direction with its angle doubled.
fn doubled(entry: vec4f) -> vec4f {
  return vec4f(entry.xy, entry.z * entry.z - entry.w * entry.w, 2.0 * entry.z * entry.w);
}

fn halved(value: vec4f) -> vec4f {
  let size = length(value.zw);
  if (size == 0.0) {
    return vec4f(value.xy, 1.0, 0.0);
  }
  // Half the angle; the larger component first, so that nothing cancels.
  let unit = value.zw / size;
  let along = sqrt(0.5 * (1.0 + abs(unit.x)));
  let across = 0.5 * unit.y / along;
  if (unit.x >= 0.0) {
    return vec4f(value.xy, along, across);
  }
  return vec4f(value.xy, abs(across), select(along, -along, across < 0.0));
}

// The class that the outputs of a pixel stand for (lib/pixel.wgsl).
fn class_of(pixel: u32) -> u32 {
  let first = pixel * args.output_width;
  if (args.output_width == 1u) {
    return select(0u, 1u, outputs[first] > 0.0);
  }
  var best = 0u;
  for (var k = 1u; k < args.output_width; k++) {
    if (outputs[first + k] > outputs[first + best]) {
      best = k;
    }
  }
  return best;
}
