// columns.wgsl: states and tangents of a few points, kept on chip from op to op (fused road)
//
// columns     [row][COLUMNS]; a row's columns are POINTS states, then the two tangents of each point. Rows
//             past the width of the state are 0. Entries of states alone, [row][POINTS], are taken four at
//             a time by what works elementwise: rows from WIDTH on fill the last four up, and nothing
//             reads them.
// powers      tangents of point p stand for 2^powers[p] times themselves
// tops        bits of the largest |number| that point p has met (lib/singular.wgsl, top_bits)
// ops         an op that can make numbers larger or smaller by much scales the tangents of a point by
//             one power of two, so that their largest component is in [1, 2), and records tops
// indices     of what runs for every layer are constants once the loops are unrolled, so that columns live
//             in registers; for the same reason there is no branch: where paths meet, a compiler may copy
//             every column

const POINTS = 1u; // @set points of an invocation
const COLUMNS = 3u; // @set 3 · POINTS
const WIDTH = 1u; // @set rows: the widest state
const WRITTEN = 1u; // @set rows of a product whose code is written out: WIDTH, or 0 for a loop
const BLOCKS = 0u; // @set whole blocks of a row of weights: WIDTH / 4
const REST = 1u; // @set weights past those: WIDTH mod 4
const QUADS = 1u; // @set fours of entries that cover [WIDTH][POINTS]
const CHOICE = 1u; // @set the activation of the layers

var<private> columns: array<f32, (WIDTH + 3u) * COLUMNS>;
var<private> powers: array<f32, POINTS>;
var<private> tops: array<i32, POINTS>;

// The place in columns of the state of entry i, [row][POINTS].
fn state_place(i: u32) -> u32 {
  return (i / POINTS) * COLUMNS + i % POINTS;
}
