// columns.wgsl: states and tangents of a few points, kept on chip from op to op (fused road)
//
// columns     [block][COLUMNS], blocks of 4 rows; a block's columns are POINTS states, then the two
//             tangents of each. Blocks past the width of the state are 0, and so are the padding rows
//             of tangents; those of states are finite.
// powers      tangents of point p stand for 2^powers[p] times themselves
// tops        bits of the largest |number| that point p has met (lib/singular.wgsl, top_bits)
// ops         an op that can make numbers larger or smaller by much scales the tangents of a point by
//             one power of two, so that their largest component is in [1, 2), and records tops
// indices     all are constants once the loops are unrolled, so that columns live in registers; for the
//             same reason there is no branch: where paths meet, a compiler may copy every column

const POINTS = 1u; // @set points of an invocation
const COLUMNS = 3u; // @set 3 · POINTS
const BLOCKS = 1u; // @set blocks of the widest state
const WRITTEN = 1u; // @set blocks of a result whose code is written out: BLOCKS, or 0 for a loop
const CHOICE = 1u; // @set the activation

var<private> columns: array<vec4f, BLOCKS * COLUMNS>;
var<private> powers: array<f32, POINTS>;
var<private> tops: array<u32, POINTS>;
