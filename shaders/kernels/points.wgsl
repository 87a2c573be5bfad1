// points.wgsl: the points of pixels and the plane's two tangents, where the by-op road starts
//
//   states[k][c] = origin + s·u + t·v,  tangents[k][c] = u,  tangents[k][stride + c] = v    (blocks k)
//
// @use lib/network.wgsl
// group 1     0 args · 1 plane[3][input_blocks], blocks of 4: origin, u, v
//             2 coordinates: s of each column, then t of each row · 3 states[block][stride]
//             4 tangents[block][2 · stride] · 5 tops[4][stride] · 6 powers[stride] (kernels/tangent.wgsl)
// grid        an invocation a column, with columns past the last pixel: they repeat it
// units       points in standardised units

override LANES: u32 = 64;

struct PointsArgs {
  first_pixel: u32,
  end_pixel: u32,
  width: u32,
  row_place: u32,   // where the t of the first row stands in coordinates
  input_width: u32,
  column_count: u32,
  column_stride: u32,
}

@group(1) @binding(0) var<uniform> args: PointsArgs;
@group(1) @binding(1) var<storage, read> plane: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> states: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> tangents: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> tops: array<i32>;
@group(1) @binding(6) var<storage, read_write> powers: array<f32>;

@compute @workgroup_size(LANES)
fn points(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  let pixel = min(args.first_pixel + column, args.end_pixel - 1u);
  let row = pixel / args.width;
  let s = coordinates[pixel - row * args.width];
  let t = coordinates[args.row_place + row];
  let input_blocks = block_count(args.input_width);
  for (var k = 0u; k < input_blocks; k++) {
    let u = plane[input_blocks + k];
    let v = plane[2u * input_blocks + k];
    states[k * args.column_stride + column] = plane[k] + s * u + t * v;
    tangents[2u * k * args.column_stride + column] = u;
    tangents[(2u * k + 1u) * args.column_stride + column] = v;
  }
  for (var slot = 0u; slot < 4u; slot++) {
    tops[slot * args.column_stride + column] = 0;
  }
  powers[column] = 0f;
}
