// bend.wgsl: how far cubic interpolation between the nodes of a lattice may be off, cell by cell
//
//   bends[cell] = max |δ²(n + 1) − δ²(n)| / 16     over the edges n, n + 1 of the cell, δ² along the edge
//                 UNRESOLVED where a node around is not good, MIXED where the cell is smooth and classes change
//
// @use lib/lattice.wgsl
// @use lib/summary.wgsl
// group 1     0 args · 1 nodes[node]: λ₁, λ₂, ds, dt · 2 statuses[node] · 3 bends[cell]
//             4 outputs[node][output_width]
// grid        an invocation a cell of the lattice
// units       λ as stored
// numerics    δ² is the second difference; that of the last node but one stands for the last's. A cubic's error
//             goes with fourth derivatives, which four nodes do not tell: third differences bound it from above
//             where the field is smooth, and are large where it is not. test/gpu/refinement.test.ts says how
//             often it is off.

const UNRESOLVED: f32 = 3e38;
const EXPONENT: u32 = 0xffffffffu;
const STEEP: f32 = 0.03;

@group(1) @binding(0) var<uniform> args: LatticeArgs;
@group(1) @binding(1) var<storage, read> nodes: array<vec4f>;
@group(1) @binding(2) var<storage, read> statuses: array<u32>;
@group(1) @binding(3) var<storage, read_write> bends: array<f32>;
@group(1) @binding(4) var<storage, read> outputs: array<f32>;

// λ₁ of a node, or one of its outputs.
fn value_at(place: u32, which: u32) -> f32 {
  if (which == EXPONENT) {
    return nodes[place].x;
  }
  return outputs[place * args.output_width + which];
}

fn second_difference(which: u32, place: u32, stride: u32) -> f32 {
  let sides = value_at(place - stride, which) + value_at(place + stride, which);
  return sides - 2.0 * value_at(place, which);
}

// From node n along an edge to n + 1, nodes being `stride` apart and n the index-th of count.
fn edge_bend(which: u32, place: u32, stride: u32, index: u32, count: u32) -> f32 {
  if (index == 0u || index + 2u == count) {
    return 0.0; // the edge beside it has the same third difference, and the cell there counts too
  }
  let from_here = second_difference(which, place, stride);
  return abs(second_difference(which, place + stride, stride) - from_here) / 16.0;
}

fn cell_bend(which: u32, cell: vec2u) -> f32 {
  let place = cell.y * args.columns + cell.x;
  let along = max(
    edge_bend(which, place, 1u, cell.x, args.columns),
    edge_bend(which, place + args.columns, 1u, cell.x, args.columns),
  );
  let upward = max(
    edge_bend(which, place, args.columns, cell.y, args.rows),
    edge_bend(which, place + 1u, args.columns, cell.y, args.rows),
  );
  return max(along, upward);
}

// Whether all nodes around a cell are good, and all have a λ₂ or none has.
fn is_good(cell: vec2u) -> bool {
  let low = cell - min(cell, vec2u(1u));
  let high = min(cell + 2u, vec2u(args.columns, args.rows) - 1u);
  let has_second = nodes[low.y * args.columns + low.x].y > BAD;
  var good_so_far = true;
  for (var y = low.y; y <= high.y; y++) {
    for (var x = low.x; x <= high.x; x++) {
      let node = y * args.columns + x;
      let is_alike = (nodes[node].y > BAD) == has_second;
      good_so_far = good_so_far && is_alike && (statuses[node] & 255u) == 0u;
    }
  }
  return good_so_far;
}

// Whether the class changes within the cell, or beside it where outputs are so steep that interpolation could
// move the change.
fn is_mixed(cell: vec2u) -> bool {
  let place = cell.y * args.columns + cell.x;
  let word = statuses[place];
  let above = place + args.columns;
  if (statuses[place + 1u] != word || statuses[above] != word || statuses[above + 1u] != word) {
    return true;
  }
  let low = cell - min(cell, vec2u(1u));
  let high = min(cell + 2u, vec2u(args.columns, args.rows) - 1u);
  var is_beside = false;
  for (var y = low.y; y <= high.y; y++) {
    for (var x = low.x; x <= high.x; x++) {
      is_beside = is_beside || statuses[y * args.columns + x] != word;
    }
  }
  return is_beside && is_steep(cell);
}

// Whether interpolation of an output may be off by a part of its size, here or in a cell beside this.
fn is_steep(cell: vec2u) -> bool {
  let place = cell.y * args.columns + cell.x;
  let low = cell - min(cell, vec2u(1u));
  let high = min(cell + 1u, vec2u(args.columns, args.rows) - 2u);
  for (var k = 0u; k < args.output_width; k++) {
    let size = max(abs(value_at(place, k)), abs(value_at(place + args.columns + 1u, k)));
    for (var y = low.y; y <= high.y; y++) {
      for (var x = low.x; x <= high.x; x++) {
        if (cell_bend(k, vec2u(x, y)) > STEEP * size) {
          return true;
        }
      }
    }
  }
  return false;
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
  if (is_good(cell)) {
    worst = cell_bend(EXPONENT, cell);
    if (is_mixed(cell) && worst <= args.tolerance) {
      worst = MIXED;
    }
  }
  bends[index] = worst;
}
