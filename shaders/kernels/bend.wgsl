// bend.wgsl: how far cubic interpolation between the nodes of a lattice may be off, cell by cell
//
//   bends[cell] = max |δ²(n + 1) − δ²(n)| / 16     over the edges n, n + 1 of the cell, δ² along the edge
//                 UNRESOLVED where a node around is not good, or an output is too steep to be interpolated
//                 MIXED where the cell is smooth, but its corners are of several classes
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
const STEEP: f32 = 0.03; // error of an output, in sizes of the largest one
const AROUND: u32 = 16u; // nodes around a cell, four a row

@group(1) @binding(1) var<storage, read> nodes: array<vec4f>;
@group(1) @binding(2) var<storage, read> statuses: array<u32>;
@group(1) @binding(3) var<storage, read_write> bends: array<f32>;
@group(1) @binding(4) var<storage, read> outputs: array<f32>;

// δ²(n + 1) − δ²(n) from the values at n − 1 to n + 2
fn third_difference(a: f32, b: f32, c: f32, d: f32) -> f32 {
  return abs((d - a) - 3.0 * (c - b));
}

// The worst along the edges of the cell, of values at the nodes around it. `inner` says whether it has nodes to both
// sides in a row, in a column; if not, the edge beside has the same third difference, and the cell there counts too.
fn cell_bend(values: array<f32, AROUND>, inner: vec2<bool>) -> f32 {
  let along = max(
    third_difference(values[4], values[5], values[6], values[7]),
    third_difference(values[8], values[9], values[10], values[11]),
  );
  let upward = max(
    third_difference(values[1], values[5], values[9], values[13]),
    third_difference(values[2], values[6], values[10], values[14]),
  );
  return max(select(0.0, along, inner.x), select(0.0, upward, inner.y)) / 16.0;
}

@compute @workgroup_size(64)
fn bend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = args.columns - 1u;
  let index = id.y * groups.x * 64u + id.x;
  if (index >= across * (args.rows - 1u)) {
    return;
  }
  let cell = vec2u(index % across, index / across);
  let last = vec2u(args.columns, args.rows) - 1u;
  let inner = (cell > vec2u(0u)) & (cell + 2u <= last);
  // Nodes around the cell; at an edge some stand twice.
  var places: array<u32, AROUND>;
  for (var n = 0u; n < AROUND; n++) {
    let node = min(max(cell + vec2u(n % 4u, n / 4u), vec2u(1u)) - 1u, last);
    places[n] = node.y * args.columns + node.x;
  }
  let has_second = nodes[places[5]].y > BAD;
  var is_good = true;
  var values: array<f32, AROUND>;
  for (var n = 0u; n < AROUND; n++) {
    let entry = nodes[places[n]].xy;
    values[n] = entry.x;
    is_good = is_good & ((statuses[places[n]] & 255u) == 0u) & ((entry.y > BAD) == has_second);
  }
  if (!is_good) {
    bends[index] = UNRESOLVED;
    return;
  }
  var worst = cell_bend(values, inner);
  var size = 0.0; // of the largest output at two corners
  for (var k = 0u; k < args.output_width; k++) {
    let both = vec2f(
      outputs[places[5] * args.output_width + k],
      outputs[places[10] * args.output_width + k],
    );
    size = max(size, max(abs(both.x), abs(both.y)));
  }
  for (var k = 0u; k < args.output_width; k++) {
    for (var n = 0u; n < AROUND; n++) {
      values[n] = outputs[places[n] * args.output_width + k];
    }
    if (cell_bend(values, inner) > STEEP * size) {
      worst = UNRESOLVED;
    }
  }
  let corners = vec3u(statuses[places[6]], statuses[places[9]], statuses[places[10]]);
  if ((worst <= args.tolerance) & any(corners != vec3u(statuses[places[5]]))) {
    worst = MIXED;
  }
  bends[index] = worst;
}
