// surface-mesh.wgsl: heights of a field at the vertices of a mesh, one vertex an invocation
//
//   h(v) = clamp(mean (x(p) − low) · inverse_range, 0, MOST_HEIGHT)      over the stride² pixels p of vertex v
//
// group 0     0 args · 1 exponents[pixel] (λ₁, λ₂, ds, dt) · 2 statuses[pixel] (status | class << 8) ·
//             3 outputs[pixel][output_width] · 4 heights[rows][columns]
// units       x in the field's units; heights in parts of the range of the colours, NO_HEIGHT where there are none
// numerics    an exponent of −∞ (status 1, or λ₂ of a plane that collapsed) is as low as the range; what left
//             float32 (status 2) counts for nothing, and a vertex has no height if all of its pixels did

const FIRST: u32 = 0u;
const SECOND: u32 = 1u;
const OUTPUT: u32 = 2u;
const OVERFLOW: u32 = 2u;
const MOST_HEIGHT: f32 = 1.5f;
const NO_HEIGHT: f32 = -1f;

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
@group(0) @binding(4) var<storage, read_write> heights: array<f32>;

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

@compute @workgroup_size(8, 8)
fn surface_mesh(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= args.columns || id.y >= args.rows) {
    return;
  }
  var sum = vec2f();
  for (var j = 0u; j < args.stride; j++) {
    let row = min(id.y * args.stride + j, args.height - 1u);
    for (var i = 0u; i < args.stride; i++) {
      let column = min(id.x * args.stride + i, args.width - 1u);
      sum += height_of(row * args.width + column);
    }
  }
  let value = sum.x / max(sum.y, 1f);
  heights[id.y * args.columns + id.x] = select(NO_HEIGHT, value, sum.y > 0f);
}
