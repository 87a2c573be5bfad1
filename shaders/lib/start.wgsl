// start.wgsl: where the columns of a plane's points start
//
//   start_entries(k, first)   component k of the points of four pixels from `first` on, and of u and v
//
// @use lib/network.wgsl
// @use lib/place.wgsl
// kernel      provides args.end_pixel, width and row_place, and a binding plane[3][input_blocks]: origin, u, v

fn start_entries(k: u32, first: u32) -> array<vec4f, 3> {
  let input_blocks = block_count(program[0].input_width);
  let u = plane[input_blocks + k / 4u][k % 4u];
  let v = plane[2u * input_blocks + k / 4u][k % 4u];
  var state = vec4f(plane[k / 4u][k % 4u]);
  // @unroll
  for (var p = 0u; p < 4u; p++) {
    let pixel = min(first + p, args.end_pixel - 1u);
    let place = place_of(pixel, args.width, args.row_place);
    state[p] += place.x * u + place.y * v;
  }
  return array<vec4f, 3>(state, vec4f(u), vec4f(v));
}
