// activation.wgsl: y = g(x) and dy = g'(x) dx · 2^-shift, elementwise, on chip
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/columns.wgsl
// numerics    a point's shift is the largest that its blocks ask for; it goes to powers

fn activation_advance(op: Op) {
  // keeps padding rows, whose slopes may be large, out of the shift
  var floors: array<vec4f, BLOCKS>;
  // @unroll
  for (var k = 0u; k < BLOCKS; k++) {
    let rows = vec4u(4u * k) + vec4u(0u, 1u, 2u, 3u);
    floors[k] = select(vec4f(DEEPEST), vec4f(), rows < vec4u(op.input_width));
  }
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    var depth = vec4f(DEEPEST);
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      depth = max(depth, floors[k] + slope_exponent(CHOICE, columns[k * COLUMNS + p], op.factor));
    }
    let shift = shift_of_depth(max(max(depth.x, depth.y), max(depth.z, depth.w)));
    powers[p] += f32(shift);
    // @unroll
    for (var k = 0u; k < BLOCKS; k++) {
      let both = chosen_both(columns[k * COLUMNS + p], op.factor, shift);
      columns[k * COLUMNS + p] = both.value;
      columns[k * COLUMNS + POINTS + 2u * p] *= both.slope;
      columns[k * COLUMNS + POINTS + 2u * p + 1u] *= both.slope;
    }
  }
}

// activation_both for the one choice, without the others: that makes compiling three times faster.
fn chosen_both(x: vec4f, alpha: f32, shift: i32) -> ValueSlope {
  switch CHOICE {
    case TANH: {
      return tanh_value_slope(x, shift);
    }
    case GELU: {
      return gelu_value_slope(x, shift);
    }
    case SINE: {
      return sine_value_slope(x, shift);
    }
    default: {
      return activation_both(CHOICE, x, alpha, shift);
    }
  }
}
