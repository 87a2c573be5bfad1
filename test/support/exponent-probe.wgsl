// exponent-probe.wgsl: puts given values of λ₁ into a field, where only shaders write
//
// group 1     0 args · 1 values[pixel] · 2 exponents[pixel] (λ₁, λ₂, ds, dt)

struct ProbeArgs {
  pixel_count: u32,
}

@group(1) @binding(0) var<uniform> args: ProbeArgs;
@group(1) @binding(1) var<storage, read> values: array<f32>;
@group(1) @binding(2) var<storage, read_write> exponents: array<vec4f>;

@compute @workgroup_size(64)
fn exponent_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < args.pixel_count) {
    exponents[id.x].x = values[id.x];
  }
}
