// list-bent.wgsl: the pixels of cells that are to be computed, and their places in the plane
//
//   list[0]           number of these pixels
//   list[1 + n]       the pixel
//   places[2n], …     its s and t
//
// @use lib/lattice.wgsl
// @use lib/bent.wgsl
// @use lib/place.wgsl
// group 1     0 args · 1 bends[cell] · 2 coordinates (lib/place.wgsl) · 3 list: starts as 0 · 4 places
// grid        an invocation a cell, those outside the lattice as well
// numerics    the order of the list varies from run to run, what it leads to does not

@group(1) @binding(1) var<storage, read> bends: array<f32>;
@group(1) @binding(2) var<storage, read> coordinates: array<f32>;
@group(1) @binding(3) var<storage, read_write> list: array<atomic<u32>>;
@group(1) @binding(4) var<storage, read_write> places: array<vec2f>;

@compute @workgroup_size(64)
fn list_bent(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = cells_across();
  let index = id.y * groups.x * 64u + id.x;
  if (index >= across * cells_up()) {
    return;
  }
  let cell = vec2u(index % across, index / across);
  if (!is_bent(cell)) {
    return;
  }
  let low = CELL * cell;
  // CELL is a multiple of args.every.
  let size = (min(vec2u(CELL), vec2u(args.width, args.height) - low) + args.every - 1u) / args.every;
  let first = atomicAdd(&list[0], size.x * size.y);
  for (var b = 0u; b < size.y; b++) {
    for (var a = 0u; a < size.x; a++) {
      let pixel = (low.y + args.every * b) * args.width + low.x + args.every * a;
      let place = first + b * size.x + a;
      atomicStore(&list[1u + place], pixel);
      places[place] = place_of(pixel, args.width, args.width);
    }
  }
}
