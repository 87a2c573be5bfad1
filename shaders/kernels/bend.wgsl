// bend.wgsl: how far cubic interpolation between the nodes of a lattice may be off, cell by cell
//
//   bends[cell] = max |δ²(n + 1) − δ²(n)| / 16     over the edges n, n + 1 of the cell, δ² along the edge
//                 UNRESOLVED where a node around is not good or the network's class changes
//
// @use lib/lattice.wgsl
// @use lib/summary.wgsl
// group 1     0 args · 1 nodes[node]: λ₁, λ₂, ds, dt · 2 statuses[node] · 3 bends[cell]
// grid        an invocation a cell of the lattice
// units       λ as stored
// numerics    δ² is the second difference; that of the last node but one stands for the last's. A cubic's error
//             goes with fourth derivatives, which four nodes do not tell: third differences bound it from above
//             where the field is smooth, and are large where it is not. test/gpu/refinement.test.ts says how
//             often it is off.

const UNRESOLVED: f32 = 3e38;

@group(1) @binding(0) var<uniform> args: LatticeArgs;
@group(1) @binding(1) var<storage, read> nodes: array<vec4f>;
@group(1) @binding(2) var<storage, read> statuses: array<u32>;
@group(1) @binding(3) var<storage, read_write> bends: array<f32>;

fn second_difference(place: u32, stride: u32) -> f32 {
  return nodes[place - stride].x - 2.0 * nodes[place].x + nodes[place + stride].x;
}

// From node n along an edge to n + 1, nodes being `stride` apart and n the index-th of count.
fn edge_bend(place: u32, stride: u32, index: u32, count: u32) -> f32 {
  if (index == 0u || index + 2u == count) {
    return 0.0; // the edge beside it has the same third difference, and the cell there counts too
  }
  let from_here = second_difference(place, stride);
  return abs(second_difference(place + stride, stride) - from_here) / 16.0;
}

// Whether all nodes around a cell are good, of one class, and alike in having a λ₂.
fn is_uniform(cell: vec2u) -> bool {
  let low = cell - min(cell, vec2u(1u));
  let high = min(cell + 2u, vec2u(args.columns, args.rows) - 1u);
  let first = low.y * args.columns + low.x;
  let word = statuses[first];
  let has_second = nodes[first].y > BAD;
  var uniform_so_far = (word & 255u) == 0u;
  for (var y = low.y; y <= high.y; y++) {
    for (var x = low.x; x <= high.x; x++) {
      let node = y * args.columns + x;
      uniform_so_far = uniform_so_far && statuses[node] == word;
      uniform_so_far = uniform_so_far && (nodes[node].y > BAD) == has_second;
    }
  }
  return uniform_so_far;
}

@compute @workgroup_size(64)
fn bend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = args.columns - 1u;
  let index = id.y * groups.x * 64u + id.x;
  if (index >= across * (args.rows - 1u)) {
    return;
  }
  let cell = vec2u(index % across, index / across);
  var worst = UNRESOLVED;
  if (is_uniform(cell)) {
    let place = cell.y * args.columns + cell.x;
    let along = max(
      edge_bend(place, 1u, cell.x, args.columns),
      edge_bend(place + args.columns, 1u, cell.x, args.columns),
    );
    let upward = max(
      edge_bend(place, args.columns, cell.y, args.rows),
      edge_bend(place + 1u, args.columns, cell.y, args.rows),
    );
    worst = max(along, upward);
  }
  bends[index] = worst;
}
