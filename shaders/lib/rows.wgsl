// rows.wgsl: numbers of a few columns, kept on chip from op to op (kernels/narrow-forward.wgsl, narrow-gradient.wgsl)
//
// rows        [row][TILE]; from WIDTH on they are 0. Indices of what is written out are constants, so that a
//             compiler need not compute places, and sums are products of four entries each, dot(), which
//             are compiled in half the time of products one by one.

const TILE = 4u; // @set columns of an invocation, a multiple of 4
const WIDTH = 4u; // @set rows: the widest state
const BLOCKS = 1u; // @set blocks of 4 rows that cover them
const FOURS = 1u; // @set fours of columns: TILE / 4
const QUADS = 4u; // @set fours of entries that cover [WIDTH][TILE]

var<private> rows: array<f32, 4u * BLOCKS * TILE>;

fn four_rows(block: u32, c: u32) -> vec4f {
  let place = 4u * block * TILE + c;
  return vec4f(rows[place], rows[place + TILE], rows[place + 2u * TILE], rows[place + 3u * TILE]);
}

fn four_columns(row: u32, four: u32) -> vec4f {
  let place = row * TILE + 4u * four;
  return vec4f(rows[place], rows[place + 1u], rows[place + 2u], rows[place + 3u]);
}

fn put_rows(block: u32, c: u32, values: vec4f) {
  let place = 4u * block * TILE + c;
  rows[place] = values.x;
  rows[place + TILE] = values.y;
  rows[place + 2u * TILE] = values.z;
  rows[place + 3u * TILE] = values.w;
}
