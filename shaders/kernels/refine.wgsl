// refine.wgsl: the pixels of cells that hardly bend, by cubic interpolation between the nodes of a lattice
//
//   f(4i + a, 4j + b) = Σ_m Σ_n w_m(a/4) w_n(b/4) f(node i + m, j + n)      Lagrange's weights of four nodes
//
// Classes are those of the interpolated outputs where the nodes around differ.
//
// @use lib/lattice.wgsl
// @use lib/bent.wgsl
// @use lib/summary.wgsl
// @use lib/interpolation.wgsl
// group 1     0 args · 1 nodes[node] (λ₁, λ₂, ds, dt) · 2 words[node] · 3 values[node][output_width]
//             4 bends[cell] · 5 exponents[pixel] · 6 statuses[pixel] · 7 outputs (lib/interpolation.wgsl)
// grid        an invocation a cell of the lattice; nothing for those that are to be computed
// units       as stored
// numerics    at a node the weights are 0 and 1: its values are kept, the direction to rounding

@group(1) @binding(1) var<storage, read> nodes: array<vec4f>;
@group(1) @binding(2) var<storage, read> words: array<u32>;
@group(1) @binding(3) var<storage, read> values: array<f32>;
@group(1) @binding(4) var<storage, read> bends: array<f32>;
@group(1) @binding(5) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> statuses: array<u32>;

const NODES: u32 = 4u;

// Lagrange's weights of the nodes 0 to 3 at x.
fn weights_at(x: f32) -> vec4f {
  let d = vec4f(x) - vec4f(0.0, 1.0, 2.0, 3.0);
  return vec4f(
    d.y * d.z * d.w / -6.0,
    d.x * d.z * d.w / 2.0,
    d.x * d.y * d.w / -2.0,
    d.x * d.y * d.z / 6.0,
  );
}

@compute @workgroup_size(64)
fn refine(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = args.columns - 1u;
  let index = id.y * groups.x * 64u + id.x;
  if (index >= across * (args.rows - 1u)) {
    return;
  }
  let cell = vec2u(index % across, index / across);
  if (is_bent(cell)) {
    return;
  }
  // Four nodes around the cell, or the last four at an edge.
  let start = min(cell - min(cell, vec2u(1u)), vec2u(args.columns, args.rows) - NODES);
  let first = start.y * args.columns + start.x;
  let offset = vec2f(cell - start);
  let node = cell.y * args.columns + cell.x;
  let word = words[node];
  var is_uniform = true;
  let has_second = nodes[node].y > BAD;
  var weights: array<vec4f, CELL>;
  // @unroll
  for (var a = 0u; a < CELL; a++) {
    weights[a] = weights_at(offset.x + 0.25 * f32(a));
  }
  // rows[m][a]: row m of nodes at the columns of the cell
  var rows: array<array<vec4f, CELL>, NODES>;
  // @unroll
  for (var m = 0u; m < NODES; m++) {
    // @unroll
    for (var n = 0u; n < NODES; n++) {
      let place = first + m * args.columns + n;
      is_uniform = is_uniform & (words[place] == word);
      let entry = doubled(nodes[place]);
      // @unroll
      for (var a = 0u; a < CELL; a++) {
        rows[m][a] += weights[a][n] * entry;
      }
    }
  }
  let corner = CELL * (cell.y * args.width + cell.x);
  for (var b = 0u; b < CELL; b++) {
    let upward = weights_at(offset.y + 0.25 * f32(b));
    // @unroll
    for (var a = 0u; a < CELL; a++) {
      let value = upward.x * rows[0][a] + upward.y * rows[1][a]
        + upward.z * rows[2][a] + upward.w * rows[3][a];
      var entry = halved(value);
      entry.y = select(BAD, entry.y, has_second);
      let pixel = corner + b * args.width + a;
      exponents[pixel] = entry;
      statuses[pixel] = word;
    }
  }
  for (var k = 0u; k < args.output_width; k++) {
    var lines = array<vec4f, NODES>(); // a row of nodes at the columns of the cell
    // @unroll
    for (var m = 0u; m < NODES; m++) {
      // @unroll
      for (var n = 0u; n < NODES; n++) {
        let output = values[(first + m * args.columns + n) * args.output_width + k];
        lines[m] += output * vec4f(weights[0][n], weights[1][n], weights[2][n], weights[3][n]);
      }
    }
    for (var b = 0u; b < CELL; b++) {
      let upward = weights_at(offset.y + 0.25 * f32(b));
      let value = upward.x * lines[0] + upward.y * lines[1] + upward.z * lines[2] + upward.w * lines[3];
      // @unroll
      for (var a = 0u; a < CELL; a++) {
        outputs[(corner + b * args.width + a) * args.output_width + k] = value[a];
      }
    }
  }
  if (is_uniform) {
    return;
  }
  for (var b = 0u; b < CELL; b++) {
    for (var a = 0u; a < CELL; a++) {
      let pixel = corner + b * args.width + a;
      statuses[pixel] = 256u * class_of(pixel);
    }
  }
}
