// orthogonalise.wgsl: one sweep of one-sided Jacobi rotations over the tangents of each point
//
//   sweep 0     work[·][side] = tangents[·][side] / (power of two), first
//   each pair   (a, b) <- (cos a − sin b, sin a + cos b), so that a·b = 0
//
// After enough sweeps all columns of work are orthogonal; then their lengths are the singular values.
//
// @use lib/network.wgsl
// @use lib/singular.wgsl
// group 1     0 args · 1 tangents[block][side][stride]: the matrix M from block matrix_offset, work from block
//             work_offset · 2 tops[4][stride]: the largest component of M at top_place; at flag_place 1 + the
//             last sweep that rotated something, which is 0 at first
// grid        x: points; PAIR_LANES of a workgroup share the pairs of a round, which are disjoint
// numerics    pairs whose cosine is below `tolerance` stay as they are, and a point without any other is done.
//             Columns shorter than 10^-19 of the longest count as zero.
// source      Hestenes (1958); rounds as in Brent & Luk, SIAM J. Sci. Stat. Comput. 6, 69 (1985)

override POINT_LANES: u32 = 8;
override PAIR_LANES: u32 = 8;

struct OrthogonaliseArgs {
  column_count: u32,
  column_stride: u32,
  side_count: u32,
  matrix_offset: u32,
  work_offset: u32,
  blocks: u32,
  top_place: u32,
  flag_place: u32,
  sweep: u32,
  tolerance: f32,
}

@group(1) @binding(0) var<uniform> args: OrthogonaliseArgs;
@group(1) @binding(1) var<storage, read_write> tangents: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> tops: array<atomic<i32>>;

fn place(offset: u32, side: u32, column: u32) -> u32 {
  return (offset * args.side_count + side) * args.column_stride + column;
}

fn copy_side(side: u32, column: u32) {
  let unit = inverse_power(atomicLoad(&tops[args.top_place * args.column_stride + column]));
  let step = args.side_count * args.column_stride;
  let from_place = place(args.matrix_offset, side, column);
  let to_place = place(args.work_offset, side, column);
  for (var k = 0u; k < args.blocks; k++) {
    tangents[to_place + k * step] = unit * tangents[from_place + k * step];
  }
}

// Rotates two sides of a point; false if they were orthogonal already.
fn rotate(side_a: u32, side_b: u32, column: u32) -> bool {
  let step = args.side_count * args.column_stride;
  let first_a = place(args.work_offset, side_a, column);
  let first_b = place(args.work_offset, side_b, column);
  var aa = 0f;
  var bb = 0f;
  var ab = 0f;
  for (var k = 0u; k < args.blocks; k++) {
    let a = tangents[first_a + k * step];
    let b = tangents[first_b + k * step];
    aa += dot(a, a);
    bb += dot(b, b);
    ab += dot(a, b);
  }
  if (abs(ab) <= args.tolerance * sqrt(aa) * sqrt(bb)) {
    return false;
  }
  let zeta = (bb - aa) / (2f * ab);
  let size = abs(zeta);
  let root = select(sqrt(1f + zeta * zeta), size, size > 1e9f);
  let tangent_size = 1f / (size + root);
  let slope = select(tangent_size, -tangent_size, zeta < 0f);
  let cosine = 1f / sqrt(1f + slope * slope);
  let sine = cosine * slope;
  for (var k = 0u; k < args.blocks; k++) {
    let a = tangents[first_a + k * step];
    let b = tangents[first_b + k * step];
    tangents[first_a + k * step] = cosine * a - sine * b;
    tangents[first_b + k * step] = sine * a + cosine * b;
  }
  return true;
}

@compute @workgroup_size(POINT_LANES, PAIR_LANES)
fn orthogonalise(@builtin(global_invocation_id) id: vec3u) {
  let column = min(id.x, args.column_count - 1u);
  let inside = id.x < args.column_count;
  let flag = args.flag_place * args.column_stride + column;
  let is_open = inside && atomicLoad(&tops[flag]) >= i32(args.sweep);
  if (args.sweep == 0u && inside) {
    for (var side = id.y; side < args.side_count; side += PAIR_LANES) {
      copy_side(side, column);
    }
  }
  if (PAIR_LANES > 1u) {
    storageBarrier();
  }
  // Round r pairs r with the last side, and r + q with r − q, all modulo the others' number.
  let half = (args.side_count + 1u) / 2u;
  let others = 2u * half - 1u;
  var rotated = false;
  for (var turn = 0u; turn < others; turn++) {
    if (is_open) {
      for (var q = id.y; q < half; q += PAIR_LANES) {
        var a = (turn + q) % others;
        var b = (turn + others - q) % others;
        if (q == 0u) {
          b = others;
        }
        if (max(a, b) < args.side_count) {
          let turned = rotate(a, b, column);
          rotated = rotated || turned;
        }
      }
    }
    if (PAIR_LANES > 1u) {
      storageBarrier();
    }
  }
  if (rotated) {
    atomicMax(&tops[flag], i32(args.sweep) + 1);
  }
}
