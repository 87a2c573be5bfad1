// field.wgsl: the exponent field of a network in one dispatch, states and tangents on chip
//
//   exponents[pixel] = (λ1, λ2, ds, dt),  λ_i = log σ_i(J [u v]) / span,  J = ∂x_l/∂x at the pixel's point
//   outputs[pixel]   = Φ(x),              x = origin + s·u + t·v
//
// @use lib/network.wgsl
// @use lib/field-dispatch.wgsl
// @use lib/pixel.wgsl
// @use lib/place.wgsl
// @use lib/singular.wgsl
// @use lib/columns.wgsl
// @use lib/shared-weights.wgsl
// @use fused/*
// @use ops/*
// group 1     of lib/field-dispatch.wgsl
// grid        an invocation for POINTS pixels; folded into y
// units       points in standardised units; λ in 1/span
// numerics    up to the layer of the exponent, op codes repeat with PERIOD. Tangents of a point share one
//             power of two; bound in test/support/tolerance.ts
// source      Storm et al., Phys. Rev. Lett. 132, 057301 (2024)

const TILE = 1u; // @set POINTS
const PERIOD = 2u; // @set ops after which the op codes start again
const CODES = 16u; // @set these codes, 4 bits each, the first op lowest

override LANES: u32 = 64;

fn state_block(block: u32, column: u32) -> vec4f {
  return four_states(4u * block, column);
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn load_points(first: u32) {
  let input_blocks = block_count(args.input_width);
  var places: array<vec2f, POINTS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    let pixel = min(first + p, args.end_pixel - 1u);
    places[p] = place_of(pixel, args.width, args.row_place);
  }
  // @unroll
  for (var k = 0u; k < INPUTS; k++) {
    let origin = plane[k / 4u][k % 4u];
    let u = plane[input_blocks + k / 4u][k % 4u];
    let v = plane[2u * input_blocks + k / 4u][k % 4u];
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      columns[k][p] = origin + places[p].x * u + places[p].y * v;
      columns[k][POINTS + 2u * p] = u;
      columns[k][POINTS + 2u * p + 1u] = v;
    }
  }
}

// λ1, λ2 and the direction of each point, from its tangents.
fn stretch_columns() -> array<vec4f, POINTS> {
  var found: array<vec4f, POINTS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    const u = POINTS + 2u * p;
    var largest = 0;
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      largest = max(largest, size_bits(columns[row][u]));
      largest = max(largest, size_bits(columns[row][u + 1u]));
    }
    let unit = inverse_power(largest);
    var gram = vec3f();
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      let image = unit * vec2f(columns[row][u], columns[row][u + 1u]);
      gram += vec3f(image.x * image.x, image.x * image.y, image.y * image.y);
    }
    let direction = plane_direction(gram.x, gram.y, gram.z);
    var first = 0f;
    var top = 0;
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      let image = unit * vec2f(columns[row][u], columns[row][u + 1u]);
      let along = dot(direction, image);
      first += along * along;
      top = max(top, size_bits(direction.x * image.y - direction.y * image.x));
    }
    let factor = inverse_power(top);
    var second = 0f;
    // @unroll
    for (var row = 0u; row < WIDTH; row++) {
      let image = unit * vec2f(columns[row][u], columns[row][u + 1u]);
      let across = factor * (direction.x * image.y - direction.y * image.x);
      second += across * across;
    }
    let power = powers[p] + exponent_of(largest);
    found[p] = stretching(first, second, top, direction, power, args.span, args.rank);
  }
  return found;
}

@compute @workgroup_size(LANES)
fn field(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  start_sharing();
  load_points(first);
  for (var index = 0u; index < args.exponent_op_count; index += PERIOD) {
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
  let found = stretch_columns();
  let last_tops = tops;
  keep_states();
  for (var index = args.exponent_op_count; index < args.op_count; index++) {
    let op = program[index];
    switch op.code {
      // @each affine
      case AFFINE: {
        affine_follow(op);
      }
      // @end
      default: {}
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    if (first + p < args.end_pixel) {
      let stretched = found[p].x != NO_EXPONENT;
      let status = store_outcome(first + p, 0u, p, args.output_width, stretched, last_tops[p]);
      exponents[first + p] = field_entry(found[p], status);
    }
  }
}
