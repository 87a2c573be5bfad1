// rows.wgsl: numbers of a few columns, kept on chip from op to op (kernels/narrow-forward.wgsl, narrow-gradient.wgsl)
//
// rows        [row][TILE]; from WIDTH on they are 0. Indices of what is written out are constants, so that a
//             compiler need not compute places.

const TILE = 4u; // @set columns of an invocation, a multiple of 4
const WIDTH = 4u; // @set rows: the widest state
const BLOCKS = 1u; // @set blocks of 4 rows that cover them
const QUADS = 4u; // @set fours of entries that cover [WIDTH][TILE]
const ENTRIES = 16u; // @set WIDTH · TILE

var<private> rows: array<f32, 4u * BLOCKS * TILE>;
var<private> products: array<f32, WIDTH * TILE>;

fn four_rows(block: u32, c: u32) -> vec4f {
  let place = 4u * block * TILE + c;
  return vec4f(rows[place], rows[place + TILE], rows[place + 2u * TILE], rows[place + 3u * TILE]);
}

fn put_rows(block: u32, c: u32, values: vec4f) {
  let place = 4u * block * TILE + c;
  rows[place] = values.x;
  rows[place + TILE] = values.y;
  rows[place + 2u * TILE] = values.z;
  rows[place + 3u * TILE] = values.w;
}

fn take_products() {
  // @unroll
  for (var i = 0u; i < ENTRIES; i++) {
    rows[i] = products[i];
  }
}
