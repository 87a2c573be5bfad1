// columns.wgsl: states and tangents of a few points, kept on chip from op to op (fused road)
//
// columns     [row][COLUMNS]; a row's columns are POINTS states, then the two tangents of each point. Rows
//             past the width of the state are 0
// powers      tangents of point p stand for 2^powers[p] times themselves
// tops        bits of the largest |number| that point p has met (lib/singular.wgsl, top_bits)
// states      [row][POINTS]: states alone, for what comes after the layer of the exponent
// ops         an op that can make numbers larger or smaller by much scales the tangents of a point by
//             one power of two, so that their largest component is in [1, 2), and records tops
// indices     of columns, powers and tops are constants once the loops are unrolled, always: then they are no
//             memory but values, and a software adapter need not ask with each store which lanes are at work.
//             One index that is not makes memory of the whole array; states are for those

const POINTS = 1u; // @set points of an invocation
const COLUMNS = 3u; // @set 3 · POINTS
const INPUTS = 1u; // @set rows of the network's input
const WIDTH = 1u; // @set rows: the widest state
const WRITTEN = 1u; // @set rows of a product whose code is written out: WIDTH, or 0 for a loop
const BLOCKS = 0u; // @set whole blocks of a row of weights: WIDTH / 4
const REST = 1u; // @set weights past those: WIDTH mod 4
const QUADS = 1u; // @set fours of entries that cover [WIDTH][POINTS]
const CHOICE = 1u; // @set the activation of the layers

var<private> columns: array<array<f32, COLUMNS>, WIDTH>;
var<private> powers: array<f32, POINTS>;
var<private> tops: array<i32, POINTS>;
var<private> states: array<f32, (WIDTH + 3u) * POINTS>;

// Four rows of a point's state, for a row and a point that need not be constants.
fn four_states(row: u32, p: u32) -> vec4f {
  let place = row * POINTS + p;
  return vec4f(
    states[place],
    states[place + POINTS],
    states[place + 2u * POINTS],
    states[place + 3u * POINTS],
  );
}

fn keep_states() {
  // @unroll
  for (var row = 0u; row < WIDTH; row++) {
    // @unroll
    for (var p = 0u; p < POINTS; p++) {
      states[row * POINTS + p] = columns[row][p];
    }
  }
}
