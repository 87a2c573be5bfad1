// field.wgsl: the exponent field of a network in one dispatch, states and tangents on chip
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/pixel.wgsl
// @use lib/singular.wgsl
// @use lib/columns.wgsl
// @use fused/*
// @use ops/*
// group 1     0 args · 1 plane[3][input_blocks], blocks of 4: origin, u, v
//             2 coordinates: s of each column, then t of each row · 3 exponents[pixel]
//             4 statuses[pixel]: status + 256 · class · 5 outputs[pixel][output_width]
// grid        an invocation for POINTS pixels; folded into y
// units       points in standardised units; λ in 1/span
// numerics    the ops at the start that repeat (the hidden layers) run by the rules of fused/, the others
//             by those of ops/, on private memory. Tangents of a point share one power of two;
//             bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const TILE = 1u; // @set POINTS
const PERIOD = 2u; // @set ops after which the repeating op codes start again
const CODES = 16u; // @set these codes, 4 bits each, the first op lowest

override LANES: u32 = 64;

struct FieldArgs {
  repeating_op_count: u32, // a multiple of PERIOD, at most exponent_op_count
  exponent_op_count: u32,  // ops up to the layer of the exponent
  op_count: u32,
  first_pixel: u32,        // of this dispatch, in the buffers
  end_pixel: u32,
  width: u32,
  row_place: u32,          // where the t of the buffers' first row stands in coordinates
  input_width: u32,
  output_width: u32,
  span: f32,
}

@group(1) @binding(0) var<uniform> args: FieldArgs;
@group(1) @binding(1) var<storage, read> plane: array<vec4f>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> statuses: array<u32>;
@group(1) @binding(5) var<storage, read_write> outputs: array<f32>;

// For the ops that do not repeat: two slots in turn, [slot][block][POINTS] and [slot][block][2][POINTS].
var<private> states: array<vec4f, 2u * BLOCKS * POINTS>;
var<private> tangents: array<vec4f, 4u * BLOCKS * POINTS>;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[block * POINTS + column % POINTS];
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return tangents[block * 2u * POINTS + column];
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn load_points(first: u32) {
  let input_blocks = block_count(args.input_width);
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    if (k < input_blocks) {
      let origin = plane[k];
      let u = plane[input_blocks + k];
      let v = plane[2u * input_blocks + k];
      // @unroll
      for (var p = 0u; p < POINTS; p++) {
        let pixel = min(first + p, args.end_pixel - 1u);
        let s = coordinates[pixel % args.width];
        let t = coordinates[args.row_place + pixel / args.width];
        columns[k * COLUMNS + p] = origin + s * u + t * v;
        columns[k * COLUMNS + POINTS + 2u * p] = u;
        columns[k * COLUMNS + POINTS + 2u * p + 1u] = v;
      }
    }
  }
}

// Moves columns to the slot that the op at `index` reads, tangents scaled.
fn unload_columns(index: u32) {
  let slot = (index & 1u) * BLOCKS;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    var state_top = 0u;
    var top = 0u;
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      state_top = max(state_top, top_bits(columns[k * COLUMNS + p]));
      top = max(top, top_bits(columns[k * COLUMNS + POINTS + 2u * p]));
      top = max(top, top_bits(columns[k * COLUMNS + POINTS + 2u * p + 1u]));
    }
    tops[p] = max(tops[p], max(state_top, top));
    powers[p] += exponent_of(top);
    let factor = inverse_power(top);
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let u = factor * columns[k * COLUMNS + POINTS + 2u * p];
      let v = factor * columns[k * COLUMNS + POINTS + 2u * p + 1u];
      states[(slot + k) * POINTS + p] = columns[k * COLUMNS + p];
      tangents[(slot + k) * 2u * POINTS + p] = u;
      tangents[(slot + k) * 2u * POINTS + POINTS + p] = v;
    }
  }
}

fn push_tangents(op: Op) {
  var shifts: array<i32, POINTS>;
  for (var p = 0u; p < POINTS; p++) {
    var shift = 0;
    switch op.code {
      // @each affine
      case AFFINE: {
        shift = affine_slope_shift(op, 0u, p);
        for (var k = 1u; k < block_count(op.input_width); k++) {
          shift = max(shift, affine_slope_shift(op, k, p));
        }
      }
      // @end
      default: {}
    }
    shifts[p] = shift;
    powers[p] += f32(shift);
  }
  let output_blocks = block_count(op.output_width);
  for (var column = 0u; column < 2u * POINTS; column += POINTS) {
    for (var block = 0u; block < output_blocks; block++) {
      var tile: array<vec4f, TILE>;
      switch op.code {
        // @each affine
        case AFFINE: {
          tile = affine_tangent(op, block, column, shifts);
        }
        // @end
        default: {}
      }
      for (var p = 0u; p < POINTS; p++) {
        tangents[(op.output_offset + block) * 2u * POINTS + column + p] = tile[p];
      }
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    var top = 0u;
    for (var block = op.output_offset; block < op.output_offset + output_blocks; block++) {
      top = max(top, max(top_bits(tangent_block(block, p)), top_bits(tangent_block(block, POINTS + p))));
    }
    tops[p] = max(tops[p], top);
    powers[p] += exponent_of(top);
    for (var block = op.output_offset; block < op.output_offset + output_blocks; block++) {
      tangents[block * 2u * POINTS + p] *= inverse_power(top);
      tangents[block * 2u * POINTS + POINTS + p] *= inverse_power(top);
    }
  }
}

fn push_states(op: Op, recorded: bool) {
  for (var block = 0u; block < block_count(op.output_width); block++) {
    var tile: array<vec4f, TILE>;
    switch op.code {
      // @each affine
      case AFFINE: {
        tile = affine_forward(op, block, 0u);
      }
      // @end
      default: {}
    }
    for (var p = 0u; p < POINTS; p++) {
      states[(op.output_offset + block) * POINTS + p] = tile[p];
      if (recorded) {
        tops[p] = max(tops[p], top_bits(tile[p]));
      }
    }
  }
}

@compute @workgroup_size(LANES)
fn field(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  if (first >= args.end_pixel) {
    return;
  }
  load_points(first);
  for (var index = 0u; index < args.repeating_op_count; index += PERIOD) {
    // @unroll
    for (var step = 0u; step < PERIOD; step++) {
      const code = (CODES >> (4u * step)) & 15u;
      switch code {
        // @each affine
        case AFFINE: {
          affine_advance(program[index + step]);
        }
        // @end
        default: {}
      }
    }
  }
  unload_columns(args.repeating_op_count);
  for (var index = args.repeating_op_count; index < args.op_count; index++) {
    let op = program[index];
    if (index < args.exponent_op_count) {
      push_tangents(op);
    }
    push_states(op, index < args.exponent_op_count);
  }
  let exponent_slot = (args.exponent_op_count & 1u) * BLOCKS;
  let output_slot = (args.op_count & 1u) * BLOCKS;
  let blocks = block_count(program[args.exponent_op_count - 1u].output_width);
  for (var p = 0u; p < min(POINTS, args.end_pixel - first); p++) {
    let found = stretch(Pushed(exponent_slot, blocks, p, POINTS + p, powers[p]), args.span);
    store_pixel(first + p, output_slot, p, args.output_width, found, tops[p]);
  }
}
