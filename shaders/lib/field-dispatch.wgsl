// field-dispatch.wgsl: what a kernel is given that takes pixels from the plane to the exponents in one dispatch
//
// group 1     0 args · 1 plane[3][input_blocks], blocks of 4: origin, u, v
//             2 coordinates (lib/place.wgsl) · 3 exponents[pixel]
//             4 statuses[pixel]: status + 256 · class · 5 outputs[pixel][output_width]
// twin        src/engine/field-dispatch.ts

struct FieldDispatchArgs {
  exponent_op_count: u32,  // ops up to the layer of the exponent, even
  op_count: u32,           // even, unless the kernel takes ops one by one
  first_pixel: u32,        // of this dispatch, in the buffers
  end_pixel: u32,
  width: u32,
  row_place: u32,          // where the t of the buffers' first row stands in coordinates
  input_width: u32,
  output_width: u32,
  span: f32,
  rank: u32,               // most singular values above 0
}

@group(1) @binding(0) var<uniform> args: FieldDispatchArgs;
@group(1) @binding(1) var<storage, read> plane: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(5) var<storage, read_write> outputs: array<f32>;
