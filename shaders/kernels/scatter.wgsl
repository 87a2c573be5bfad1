// scatter.wgsl: puts the pixels of a list where they belong in a field
//
//   field[list[1 + n]] = listed[n]     for exponents, statuses and outputs
//
// group 1     0 args · 1 list (kernels/list-bent.wgsl) · 2 listed[n] · 3 words[n]
//             4 values[n][output_width] · 5 exponents[pixel] · 6 statuses[pixel]
//             7 outputs[pixel][output_width]
// grid        an invocation a pixel of the list; folded into y

struct ScatterArgs {
  count: u32,
  output_width: u32,
}

@group(1) @binding(0) var<uniform> args: ScatterArgs;
@group(1) @binding(1) var<storage, read> list: array<u32>;
@group(1) @binding(2) var<storage, read> listed: array<vec4f>;
@group(1) @binding(3) var<storage, read> words: array<u32>;
@group(1) @binding(4) var<storage, read> values: array<f32>;
@group(1) @binding(5) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(7) var<storage, read_write> outputs: array<f32>;

@compute @workgroup_size(64)
fn scatter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * 64u + id.x;
  if (index >= args.count) {
    return;
  }
  let pixel = list[1u + index];
  exponents[pixel] = listed[index];
  statuses[pixel] = words[index];
  for (var k = 0u; k < args.output_width; k++) {
    outputs[pixel * args.output_width + k] = values[index * args.output_width + k];
  }
}
