// grouped.wgsl: the exponent field of a wide network on a GPU, a workgroup for some points through all layers
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/field-dispatch.wgsl
// @use lib/activation.wgsl
// @use lib/start.wgsl
// @use lib/singular.wgsl
// @use lib/stretch.wgsl
// @use lib/pixel.wgsl
// group 1     of lib/field-dispatch.wgsl
// tile        a workgroup takes ROW_TILE · ROW_LANES rows × GROUP_POINTS points × 3 kinds (state, u, v), an invocation
//             ROW_TILE rows × 4 points × 3: 96 sums for 8 rows. For four inputs it reads ROW_TILE blocks of weights from
//             storage, where its neighbours find them too, and 12 blocks of entries from workgroup memory, for 48 · ROW_TILE
//             multiply-adds.
// layers      an affine op and an activation each, in two steps: sums and what they say about sizes, then entries of
//             the next layer. Each activation is computed once, by the invocation that has the sum. Behind the
//             exponent states alone go on, to and fro between two of the kinds.
// grid        a workgroup for GROUP_POINTS pixels; folded into y
// units       points in standardised units; λ in 1/span
// numerics    sums run over k in ascending order. All tangents of a point share one factor: the largest component
//             behind an affine op is in [1, 2) when its slopes are applied; bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const ROW_TILE = 8u; // @set rows of an invocation, a multiple of 4
const ROW_BLOCKS = 2u; // @set ROW_TILE / 4
const ROW_LANES = 8u; // @set invocations that share out the rows, at least 4
const POINT_LANES = 4u; // @set invocations that share out the points

const KINDS: u32 = 3u;
const LANES: u32 = ROW_LANES * POINT_LANES;
const GROUP_POINTS: u32 = 4u * POINT_LANES;
const MOST_BLOCKS: u32 = ROW_LANES * ROW_BLOCKS; // of inputs

// [row][kind][block of points], for all rows that invocations have, be they of a state or not
var<workgroup> entries: array<vec4f, ROW_LANES * ROW_TILE * KINDS * POINT_LANES>;
// [turn of the layer][largest tangent, DEEPEST_BITS less the least depth of slopes][point]
var<workgroup> tops: array<atomic<i32>, 4u * GROUP_POINTS>;
// Bits of the largest number met up to the layer of the exponent
var<workgroup> met: array<atomic<i32>, GROUP_POINTS>;

// Which kind the states are, and what brings the tangents of this invocation's point to [1, 2).
var<private> state_kind: u32;
var<private> unit: f32;

fn entry_place(row: u32, kind: u32, point_block: u32) -> u32 {
  return (row * KINDS + kind) * POINT_LANES + point_block;
}

fn entry_of(row: u32, kind: u32, point: u32) -> f32 {
  return entries[entry_place(row, kind, point / 4u)][point % 4u];
}

fn state_block(block: u32, point: u32) -> vec4f {
  let row = 4u * block;
  return vec4f(
    entry_of(row, state_kind, point),
    entry_of(row + 1u, state_kind, point),
    entry_of(row + 2u, state_kind, point),
    entry_of(row + 3u, state_kind, point),
  );
}

fn image_of(row: u32, point: u32) -> vec2f {
  return unit * vec2f(entry_of(row, 1u, point), entry_of(row, 2u, point));
}

// States behind one more layer, from one kind to another.
fn follow(op: Op, activation: Op, lane: u32) {
  let input_blocks = block_count(op.input_width);
  let next_kind = 1u - state_kind;
  for (var i = lane; i < 4u * block_count(op.output_width) * POINT_LANES; i += LANES) {
    let row = i / POINT_LANES;
    let point_block = i % POINT_LANES;
    var sum = vec4f(bias_of(op, row));
    for (var block = 0u; block < input_blocks; block++) {
      let weights = parameters[op.parameters + row * input_blocks + block];
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        sum += weights[j] * entries[entry_place(4u * block + j, state_kind, point_block)];
      }
    }
    let value = activation_value(activation.choice, sum, activation.factor);
    entries[entry_place(row, next_kind, point_block)] = value;
  }
  state_kind = next_kind;
}

@compute @workgroup_size(LANES)
fn grouped(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let first_pixel = args.first_pixel + (group.y * groups.x + group.x) * GROUP_POINTS;
  let point_block = lane % POINT_LANES;
  let row_lane = lane / POINT_LANES;
  let first_row = ROW_TILE * row_lane;

  for (var i = lane; i < 4u * block_count(args.input_width) * POINT_LANES; i += LANES) {
    let start = start_entries(i / POINT_LANES, first_pixel + 4u * (i % POINT_LANES));
    // @unroll
    for (var kind = 0u; kind < KINDS; kind++) {
      entries[entry_place(i / POINT_LANES, kind, i % POINT_LANES)] = start[kind];
    }
  }
  workgroupBarrier();

  // Tangents of the four points stand for 2^powers times themselves.
  var powers: vec4f;
  var largest: vec4i;
  for (var index = 0u; index < args.exponent_op_count; index += 2u) {
    let op = program[index];
    let activation = program[index + 1u];
    let turn = 2u * GROUP_POINTS * ((index / 2u) % 2u);
    // ROW_TILE rows of W [x, u, v] for four points; past the last row of W are weights of something else. Not a function,
    // and a bound that is a constant: then a compiler sees that all places exist, and need not limit them.
    let input_blocks = block_count(op.input_width);
    let first = op.parameters + first_row * input_blocks;
    var sums = array<vec4f, KINDS * ROW_TILE>();
    for (var block = 0u; block < MOST_BLOCKS; block++) {
      if (block >= input_blocks) {
        break;
      }
      var weights = array<vec4f, ROW_TILE>();
      // @unroll
      for (var r = 0u; r < ROW_TILE; r++) {
        weights[r] = parameters[first + r * input_blocks + block];
      }
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        let state = entries[(4u * block + j) * KINDS * POINT_LANES + point_block];
        let u = entries[((4u * block + j) * KINDS + 1u) * POINT_LANES + point_block];
        let v = entries[((4u * block + j) * KINDS + 2u) * POINT_LANES + point_block];
        // @unroll
        for (var r = 0u; r < ROW_TILE; r++) {
          sums[3u * r] += weights[r][j] * state;
          sums[3u * r + 1u] += weights[r][j] * u;
          sums[3u * r + 2u] += weights[r][j] * v;
        }
      }
    }
    var biases = array<vec4f, ROW_BLOCKS>();
    // @unroll
    for (var four = 0u; four < ROW_BLOCKS; four++) {
      biases[four] = parameters[bias_place(op) + first_row / 4u + four];
    }
    var largest_tangent = vec4i();
    var least_depth = vec4i(DEEPEST_BITS);
    // @unroll
    for (var r = 0u; r < ROW_TILE; r++) {
      if (first_row + r < op.output_width) {
        let u = sums[3u * r + 1u];
        let v = sums[3u * r + 2u];
        let state = sums[3u * r] + biases[r / 4u][r % 4u];
        let depth = slope_depth(activation.choice, state, activation.factor);
        sums[3u * r] = state;
        largest_tangent = max(largest_tangent, max(sizes_bits(u), sizes_bits(v)));
        largest = max(largest, sizes_bits(state));
        least_depth = min(least_depth, depth);
      }
    }
    largest = max(largest, largest_tangent);
    // @unroll
    for (var p = 0u; p < 4u; p++) {
      atomicMax(&tops[turn + 4u * point_block + p], largest_tangent[p]);
      atomicMax(&tops[turn + GROUP_POINTS + 4u * point_block + p], DEEPEST_BITS - least_depth[p]);
    }
    // Entries have been read, and tops are what they will be.
    workgroupBarrier();

    var scales = vec4f();
    var shifts = vec4i();
    // @unroll
    for (var p = 0u; p < 4u; p++) {
      let top = atomicLoad(&tops[turn + 4u * point_block + p]);
      let depth = DEEPEST_BITS - atomicLoad(&tops[turn + GROUP_POINTS + 4u * point_block + p]);
      scales[p] = inverse_power(top);
      shifts[p] = shift_of_depth(depth);
      powers[p] += exponent_of(top) + f32(shifts[p]);
    }
    for (var i = lane; i < 2u * GROUP_POINTS; i += LANES) {
      atomicStore(&tops[2u * GROUP_POINTS - turn + i], 0);
    }
    // @unroll
    for (var r = 0u; r < ROW_TILE; r++) {
      // @unroll
      for (var kind = 0u; kind < KINDS; kind++) {
        entries[((first_row + r) * KINDS + kind) * POINT_LANES + point_block] = sums[3u * r + kind];
      }
    }
    // A loop, for which sums are no longer at hand: written out, activations are most of the code. Tangents are scaled
    // before slopes are applied: a scale may be as large as 2^127, a slope as 2^64, but their product meets no 0.
    for (var r = 0u; r < ROW_TILE; r++) {
      let place = (first_row + r) * KINDS * POINT_LANES + point_block;
      let both = activation_both(activation.choice, entries[place], activation.factor, shifts);
      entries[place] = both.value;
      entries[place + POINT_LANES] = both.slope * (scales * entries[place + POINT_LANES]);
      entries[place + 2u * POINT_LANES] = both.slope * (scales * entries[place + 2u * POINT_LANES]);
    }
    workgroupBarrier();
  }
  // @unroll
  for (var p = 0u; p < 4u; p++) {
    atomicMax(&met[4u * point_block + p], largest[p]);
  }
  workgroupBarrier();

  // The first four of a block's row lanes take a point each.
  let point = 4u * point_block + row_lane;
  let is_meant = (row_lane < 4u) & (first_pixel + point < args.end_pixel);
  var found: vec4f;
  if (is_meant) {
    let row_count = program[args.exponent_op_count - 1u].output_width;
    var top = 0;
    for (var row = 0u; row < row_count; row++) {
      top = max(top, max(size_bits(entry_of(row, 1u, point)), size_bits(entry_of(row, 2u, point))));
    }
    unit = inverse_power(top);
    found = stretch_of(point, row_count, powers[row_lane] + exponent_of(top), args.span, args.rank);
  }
  workgroupBarrier();

  for (var index = args.exponent_op_count; index < args.op_count; index += 2u) {
    follow(program[index], program[index + 1u], lane);
    workgroupBarrier();
  }
  if (is_meant) {
    let pixel = first_pixel + point;
    let stretched = found.x != NO_EXPONENT;
    let top = atomicLoad(&met[point]);
    let status = store_outcome(pixel, 0u, point, args.output_width, stretched, top);
    exponents[pixel] = field_entry(found, status);
  }
}
