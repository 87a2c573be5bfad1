// lattice.wgsl: every fourth pixel of a field, computed first, and the cells between its nodes
//
//   node (i, j)     pixel (4i, 4j)
//   cell (i, j)     pixels (4i + a, 4j + b), 0 <= a, b < 4; those past the last node of a row or a column
//                   belong to cells that lie outside the lattice
//
// kernel          provides args: LatticeArgs, and bends[cell] of the cells within the lattice (kernels/bend.wgsl)

const CELL: u32 = 4u;
const ALL_TURNS: u32 = 4u;
const MIXED: f32 = -1.0; // the bend of a cell that is smooth but to be computed

struct LatticeArgs {
  width: u32,          // of the field
  height: u32,
  columns: u32,        // nodes of a row, at least 4
  rows: u32,
  output_width: u32,
  tolerance: f32,      // of λ₁ as stored
  turn: u32,           // which pixel of every 2 × 2 is computed in cells that bend, or ALL_TURNS
}

// Cells of a row of the field, those outside the lattice as well.
fn cells_across() -> u32 {
  return (args.width + CELL - 1u) / CELL;
}

fn cells_up() -> u32 {
  return (args.height + CELL - 1u) / CELL;
}

// Whether a cell is to be computed: it lies outside the lattice, it is mixed, or it or a cell beside it bends by
// more than the tolerance.
fn is_bent(cell: vec2u) -> bool {
  let across = args.columns - 1u;
  let up = args.rows - 1u;
  if (cell.x >= across || cell.y >= up || bends[cell.y * across + cell.x] == MIXED) {
    return true;
  }
  let low = cell - min(cell, vec2u(1u));
  let high = min(cell + 1u, vec2u(across, up) - 1u);
  for (var y = low.y; y <= high.y; y++) {
    for (var x = low.x; x <= high.x; x++) {
      if (bends[y * across + x] > args.tolerance) {
        return true;
      }
    }
  }
  return false;
}
