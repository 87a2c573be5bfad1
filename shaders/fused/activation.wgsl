// activation.wgsl: y = g(x) and dy = g'(x) dx · 2^-shift, elementwise, on chip
//
// @use lib/network.wgsl
// @use lib/activation.wgsl
// @use lib/columns.wgsl
// states      entries [row][POINTS], four at a time; the last four repeat a row where they are too many
// numerics    a point's shift is the largest that its rows ask for; it goes to powers

fn activation_advance(op: Op) {
  var depths: array<i32, POINTS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    depths[p] = DEEPEST_BITS;
  }
  // @unroll
  for (var q = 0u; q < QUADS; q++) {
    let depth = slope_depth(CHOICE, state_quad(q), op.factor);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      // keeps padding rows, whose slopes may be large, out of the shift
      let found = select(DEEPEST_BITS, depth[j], (4u * q + j) / POINTS < op.input_width);
      depths[(4u * q + j) % POINTS] = min(depths[(4u * q + j) % POINTS], found);
    }
  }
  var shifts: array<i32, POINTS>;
  // @unroll
  for (var p = 0u; p < POINTS; p++) {
    shifts[p] = shift_of_depth(depths[p]);
    powers[p] += f32(shifts[p]);
  }
  // @unroll
  for (var q = 0u; q < QUADS; q++) {
    let shift = vec4i(
      shifts[(4u * q) % POINTS],
      shifts[(4u * q + 1u) % POINTS],
      shifts[(4u * q + 2u) % POINTS],
      shifts[(4u * q + 3u) % POINTS],
    );
    let both = chosen_both(state_quad(q), op.factor, shift);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      const row = (4u * q + j) / POINTS;
      const p = (4u * q + j) % POINTS;
      if (row < WIDTH) {
        // an index that is never used must exist all the same
        const r = min(row, WIDTH - 1u);
        columns[r][p] = both.value[j];
        columns[r][POINTS + 2u * p] *= both.slope[j];
        columns[r][POINTS + 2u * p + 1u] *= both.slope[j];
      }
    }
  }
}

// States alone, for what comes after the layer of the exponent.
fn activation_follow(op: Op) {
  for (var q = 0u; 4u * q < op.output_width * POINTS; q++) {
    let x = vec4f(states[4u * q], states[4u * q + 1u], states[4u * q + 2u], states[4u * q + 3u]);
    let value = activation_value(op.choice, x, op.factor);
    // @unroll
    for (var j = 0u; j < 4u; j++) {
      states[4u * q + j] = value[j];
    }
  }
}

// Four entries of states.
fn state_quad(q: u32) -> vec4f {
  return vec4f(state_entry(4u * q), state_entry(4u * q + 1u), state_entry(4u * q + 2u), state_entry(4u * q + 3u));
}

fn state_entry(i: u32) -> f32 {
  return columns[min(i / POINTS, WIDTH - 1u)][i % POINTS];
}

// activation_both for the one choice, without the others: that makes compiling three times faster.
fn chosen_both(x: vec4f, alpha: f32, shift: vec4i) -> ValueSlope {
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
