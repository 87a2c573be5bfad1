// lattice.wgsl: every fourth pixel of a field, computed first, and the cells between its nodes
//
//   node (i, j)     pixel (4i, 4j)
//   cell (i, j)     pixels (4i + a, 4j + b), 0 <= a, b < 4; those past the last node of a row or a column
//                   belong to cells that lie outside the lattice
//
// group 1         0 args

const CELL: u32 = 4u;
const MIXED: f32 = -1.0; // the bend of a cell that is smooth but to be computed

struct LatticeArgs {
  width: u32,          // of the field
  height: u32,
  columns: u32,        // nodes of a row, at least 4
  rows: u32,
  output_width: u32,
  tolerance: f32,      // of λ₁ as stored
  every: u32,          // of the pixels of cells that bend, every first or every second along both sides is computed
}

@group(1) @binding(0) var<uniform> args: LatticeArgs;

// Cells of a row of the field, those outside the lattice as well.
fn cells_across() -> u32 {
  return (args.width + CELL - 1u) / CELL;
}

fn cells_up() -> u32 {
  return (args.height + CELL - 1u) / CELL;
}
