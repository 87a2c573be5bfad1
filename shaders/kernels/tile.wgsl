// tile.wgsl: one affine op on states and tangents u, v of many points, with the activation before it
//
//   columns[slot after] = W [g(z), g'(z) u, g'(z) v] + [b, 0, 0],    [z, u, v] = columns[slot before]
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/start.wgsl
// @use lib/singular.wgsl
// group 1     0 args · 1 plane[3][input_blocks]: origin, u, v · 2 coordinates (lib/place.wgsl)
//             3 columns[slot][row][kind][column_stride], four points a block; kinds are state, u, v
//             4 sizes[7][column_stride]: bits of the largest tangent of an op in turn at 0 to 2, DEEPEST_BITS
//             less the depth of its slopes at 3 to 5, bits of the largest number met at 6; 0 at the start
//             5 powers[column_stride]: tangents stand for 2^powers times themselves
// tile        a workgroup takes ROW_LANES · ROW_TILE rows × 32 points × 3 kinds, an invocation ROW_TILE rows × 4 points
//             × 3 kinds. Of 16 rows of input at a time, weights and entries go through workgroup memory: for each
//             of them an invocation reads ROW_TILE / 4 + 3 blocks for 12 · ROW_TILE multiply-adds.
// grid        x: tiles of 32 points, y: tiles of rows
// numerics    sums run over k in ascending order. All tangents of a point share one factor: the largest
//             component that an op left is in [1, 2) when the next reads it

const ROW_TILE = 8u; // @set rows of an invocation, a multiple of 4
const ROW_BLOCKS = 2u; // @set ROW_TILE / 4
const SUMS = 24u; // @set 3 · ROW_TILE
const ROW_LANES = 8u; // @set invocations that share out the rows
const LANES = 64u; // @set 8 · ROW_LANES

const POINT_BLOCKS: u32 = 8u;  // of a tile
const GROUP_POINTS: u32 = 32u;
const DEPTH: u32 = 16u;        // inputs at a time
const KINDS: u32 = 3u;
const MET: u32 = 6u;

// Blocks of weights from one input to the next, and from one four of inputs to the next. Eight lanes side by side store
// two blocks of rows of each of the four fours at once: two blocks more a four, and no two of them are in the same banks.
const INPUT_STRIDE: u32 = ROW_LANES * ROW_BLOCKS;
const FOUR_STRIDE: u32 = 4u * INPUT_STRIDE + 2u;

struct TileArgs {
  affine_index: u32,  // of the op; the activation is the op before it
  is_first: u32,      // 1: its input are the points themselves
  before: u32,        // where in sizes the op before it left its own, this one does, the next one will
  after: u32,
  next: u32,
  input_place: u32,   // first block of the slot before, and of that after
  output_place: u32,
  column_stride: u32, // a multiple of 32
  first_pixel: u32,
  end_pixel: u32,
  width: u32,
  row_place: u32,     // where the t of the buffers' first row stands in coordinates
}

@group(1) @binding(0) var<uniform> args: TileArgs;
@group(1) @binding(1) var<storage, read> plane: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> columns: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> sizes: array<atomic<i32>>;
@group(1) @binding(5) var<storage, read_write> powers: array<f32>;

// [four of inputs][input][block of rows], the transpose of W, with FOUR_STRIDE and INPUT_STRIDE
var<workgroup> weights: array<vec4f, DEPTH / 4u * FOUR_STRIDE>;
// [input][kind][block of points]
var<workgroup> entries: array<vec4f, DEPTH * KINDS * POINT_BLOCKS>;
// Of the tile's points: largest tangent, DEEPEST_BITS less the least depth, largest number
var<workgroup> tops: array<atomic<i32>, KINDS * GROUP_POINTS>;

// 4 × 4 weights from row 4 · block and input 4 · k on, one input a block.
fn load_weights(op: Op, block: u32, k: u32) -> array<vec4f, 4> {
  let input_blocks = block_count(op.input_width);
  if (block >= block_count(op.output_width) || k >= input_blocks) {
    return array<vec4f, 4>();
  }
  let first = op.parameters + 4u * block * input_blocks + k;
  let a = parameters[first];
  let b = parameters[first + input_blocks];
  let c = parameters[first + 2u * input_blocks];
  let d = parameters[first + 3u * input_blocks];
  return array<vec4f, 4>(
    vec4f(a.x, b.x, c.x, d.x),
    vec4f(a.y, b.y, c.y, d.y),
    vec4f(a.z, b.z, c.z, d.z),
    vec4f(a.w, b.w, c.w, d.w),
  );
}

// Row k behind the activation. `scales` are applied to tangents first: they may be as large as 2^127, where tangents are 0.
fn next_entries(k: u32, column: u32, scales: vec4f, shifts: vec4i) -> array<vec4f, KINDS> {
  let stride = args.column_stride / 4u;
  let place = args.input_place + k * KINDS * stride + column / 4u;
  let op = program[args.affine_index - 1u];
  let both = activation_both(op.choice, columns[place], op.factor, shifts);
  return array<vec4f, KINDS>(
    both.value,
    both.slope * (scales * columns[place + stride]),
    both.slope * (scales * columns[place + 2u * stride]),
  );
}

fn size_at(slot: u32, column: u32) -> i32 {
  return atomicLoad(&sizes[slot * args.column_stride + column]);
}

fn raise_size(slot: u32, column: u32, bits: i32) {
  atomicMax(&sizes[slot * args.column_stride + column], bits);
}

@compute @workgroup_size(LANES)
fn tile(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let op = program[args.affine_index];
  let row_lane = lane / POINT_BLOCKS;
  let point_lane = lane % POINT_BLOCKS;
  let first_row = group.y * ROW_LANES * ROW_TILE;
  let column = group.x * GROUP_POINTS + 4u * point_lane;

  // What the op before left of these four points.
  var scales = vec4f(1.0);
  var shifts = vec4i();
  if (args.is_first == 0u) {
    // @unroll
    for (var p = 0u; p < 4u; p++) {
      let top = size_at(args.before, column + p);
      scales[p] = inverse_power(top);
      shifts[p] = shift_of_depth(DEEPEST_BITS - size_at(3u + args.before, column + p));
      if (group.y == 0u && row_lane == 0u) {
        powers[column + p] += exponent_of(top) + f32(shifts[p]);
      }
    }
  }
  for (var i = lane; i < KINDS * GROUP_POINTS; i += LANES) {
    atomicStore(&tops[i], 0);
  }
  if (group.y == 0u && lane < GROUP_POINTS) {
    let place = group.x * GROUP_POINTS + lane;
    atomicStore(&sizes[args.next * args.column_stride + place], 0);
    atomicStore(&sizes[(3u + args.next) * args.column_stride + place], 0);
  }

  var sums: array<vec4f, SUMS>;
  for (var start = 0u; start < op.input_width; start += DEPTH) {
    for (var i = lane; i < ROW_LANES * ROW_TILE; i += LANES) {
      let block = i / 4u;
      let loaded = load_weights(op, first_row / 4u + block, start / 4u + i % 4u);
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        weights[(i % 4u) * FOUR_STRIDE + j * INPUT_STRIDE + block] = loaded[j];
      }
    }
    for (var i = row_lane; i < DEPTH; i += ROW_LANES) {
      let k = start + i;
      var loaded = array<vec4f, KINDS>();
      if (k < op.input_width) {
        if (args.is_first == 1u) {
          loaded = start_entries(k, args.first_pixel + column);
        } else {
          loaded = next_entries(k, column, scales, shifts);
        }
      }
      // @unroll
      for (var kind = 0u; kind < 3u; kind++) {
        entries[(i * KINDS + kind) * POINT_BLOCKS + point_lane] = loaded[kind];
      }
    }
    workgroupBarrier();
    // Fours of inputs that there are. A bound that is no constant would be watched over in every round.
    for (var block = 0u; block < DEPTH / 4u; block++) {
      if (start + 4u * block >= op.input_width) {
        break;
      }
      // @unroll
      for (var j = 0u; j < 4u; j++) {
        let k = 4u * block + j;
        let state = entries[k * KINDS * POINT_BLOCKS + point_lane];
        let u = entries[(k * KINDS + 1u) * POINT_BLOCKS + point_lane];
        let v = entries[(k * KINDS + 2u) * POINT_BLOCKS + point_lane];
        // @unroll
        for (var four = 0u; four < ROW_BLOCKS; four++) {
          let w = weights[block * FOUR_STRIDE + j * INPUT_STRIDE + row_lane * ROW_BLOCKS + four];
          // @unroll
          for (var r = 0u; r < 4u; r++) {
            sums[3u * (4u * four + r)] += w[r] * state;
            sums[3u * (4u * four + r) + 1u] += w[r] * u;
            sums[3u * (4u * four + r) + 2u] += w[r] * v;
          }
        }
      }
    }
    workgroupBarrier();
  }

  let following = program[args.affine_index + 1u];
  let first_bias = bias_place(op) + first_row / 4u + row_lane * ROW_BLOCKS;
  var biases: array<vec4f, ROW_BLOCKS>;
  // @unroll
  for (var block = 0u; block < ROW_BLOCKS; block++) {
    biases[block] = parameters[first_bias + block];
  }
  let stride = args.column_stride / 4u;
  var largest = vec4i();
  var largest_tangent = vec4i();
  var least_depth = vec4i(DEEPEST_BITS);
  // @unroll
  for (var r = 0u; r < ROW_TILE; r++) {
    let row = first_row + row_lane * ROW_TILE + r;
    if (row < op.output_width) {
      let state = sums[3u * r] + biases[r / 4u][r % 4u];
      let u = sums[3u * r + 1u];
      let v = sums[3u * r + 2u];
      let place = args.output_place + row * KINDS * stride + column / 4u;
      columns[place] = state;
      columns[place + stride] = u;
      columns[place + 2u * stride] = v;
      largest_tangent = max(largest_tangent, max(sizes_bits(u), sizes_bits(v)));
      largest = max(largest, sizes_bits(state));
      least_depth = min(least_depth, slope_depth(following.choice, state, following.factor));
    }
  }
  // @unroll
  for (var p = 0u; p < 4u; p++) {
    let place = 4u * point_lane + p;
    atomicMax(&tops[place], largest_tangent[p]);
    atomicMax(&tops[GROUP_POINTS + place], DEEPEST_BITS - least_depth[p]);
    atomicMax(&tops[2u * GROUP_POINTS + place], max(largest[p], largest_tangent[p]));
  }
  workgroupBarrier();
  if (lane < GROUP_POINTS) {
    let place = group.x * GROUP_POINTS + lane;
    raise_size(args.after, place, atomicLoad(&tops[lane]));
    raise_size(3u + args.after, place, atomicLoad(&tops[GROUP_POINTS + lane]));
    raise_size(MET, place, atomicLoad(&tops[2u * GROUP_POINTS + lane]));
  }
}
