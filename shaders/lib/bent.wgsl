// bent.wgsl: which cells of a lattice are to be computed
//
// @use lib/lattice.wgsl
// kernel          provides bends[cell] of the cells within the lattice (kernels/bend.wgsl)

// Whether a cell is to be computed: it lies outside the lattice, it is mixed, or it or a cell beside it bends by
// more than the tolerance.
fn is_bent(cell: vec2u) -> bool {
  let across = args.columns - 1u;
  let up = args.rows - 1u;
  if ((cell.x >= across) | (cell.y >= up) | (bends[cell.y * across + cell.x] == MIXED)) {
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
