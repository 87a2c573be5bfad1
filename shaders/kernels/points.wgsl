// points.wgsl: points and the tangents they start with, where the by-op and the spectral road begin
//
//   states[k][c] = origin + s·u + t·v  of a pixel, or the point of a list                    (blocks k)
//   tangents[seed_offset + k][side][c] = seeds[side][k]
//
// @use lib/network.wgsl
// @use lib/place.wgsl
// group 1     0 args · 1 places: [3][input_blocks] origin, u, v of a plane, or [point][input_blocks] a list
//             2 coordinates (lib/place.wgsl); unused with a list
//             3 seeds[side][seed_blocks] from block seed_place · 4 states[block][stride]
//             5 tangents[block][side][stride] · 6 tops[4][stride] · 7 powers[stride] (kernels/tangent.wgsl)
// grid        x: an invocation a column, with columns past the last point: they repeat it; y: sides
// units       points in standardised units

override LANES: u32 = 64;

struct PointsArgs {
  first_point: u32,
  end_point: u32,
  is_list: u32,
  width: u32,       // pixels of a row; 0 for pixels in a list of their own
  row_place: u32,   // where the t of the first row stands in coordinates
  input_width: u32,
  side_count: u32,
  seed_place: u32,
  seed_blocks: u32,
  seed_offset: u32, // block of the tangents where they start
  seed_top: u32,    // bits of the largest |component| of the seeds
  column_count: u32,
  column_stride: u32,
}

@group(1) @binding(0) var<uniform> args: PointsArgs;
@group(1) @binding(1) var<storage, read> places: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read> seeds: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> states: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> tangents: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> tops: array<u32>;
@group(1) @binding(7) var<storage, read_write> powers: array<f32>;

fn start_state(column: u32) {
  let point = min(args.first_point + column, args.end_point - 1u);
  let input_blocks = block_count(args.input_width);
  if (args.is_list == 1u) {
    for (var k = 0u; k < input_blocks; k++) {
      states[k * args.column_stride + column] = places[point * input_blocks + k];
    }
    return;
  }
  let place = place_of(point, args.width, args.row_place);
  for (var k = 0u; k < input_blocks; k++) {
    let moved = place.x * places[input_blocks + k] + place.y * places[2u * input_blocks + k];
    states[k * args.column_stride + column] = places[k] + moved;
  }
}

@compute @workgroup_size(LANES)
fn points(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  if (id.y == 0u) {
    start_state(column);
    tops[column] = args.seed_top;
    for (var slot = 1u; slot < 4u; slot++) {
      tops[slot * args.column_stride + column] = 0u;
    }
    powers[column] = 0f;
  }
  for (var side = id.y; side < args.side_count; side += groups.y) {
    for (var k = 0u; k < args.seed_blocks; k++) {
      let place = (args.seed_offset + k) * args.side_count + side;
      tangents[place * args.column_stride + column] =
        seeds[args.seed_place + side * args.seed_blocks + k];
    }
  }
}
