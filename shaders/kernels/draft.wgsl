// draft.wgsl: pixels beside those of a list, as means of their neighbours
//
//   f(x + 1, y) = ½ (f(x, y) + f(x + 2, y))       likewise (x, y + 1)
//   f(x + 1, y + 1) = ¼ Σ f(x + {0, 2}, y + {0, 2})
//
// @use lib/lattice.wgsl
// @use lib/summary.wgsl
// @use lib/interpolation.wgsl
// group 1     0 args · 1 list (kernels/list-bent.wgsl): every second pixel of cells that bend · 5 exponents[pixel]
//             6 statuses[pixel] · 7 outputs (lib/interpolation.wgsl); those of all pixels at even places are there
// grid        an invocation a pixel of the list; folded into y
// numerics    beside a pixel whose status is not good, and beyond the last of a row or column, the value of the
//             list's pixel is repeated

@group(1) @binding(1) var<storage, read> list: array<u32>;
@group(1) @binding(5) var<storage, read_write> exponents: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> statuses: array<u32>;

fn is_good(pixel: u32) -> bool {
  return (statuses[pixel] & 0xffu) == 0u;
}

// Writes the mean of four pixels, of which the first is that of the list.
fn fill(pixel: u32, around: vec4u) {
  var places = around;
  if (!(is_good(around.x) & is_good(around.y) & is_good(around.z) & is_good(around.w))) {
    places = around.xxxx;
  }
  let first = exponents[places.x];
  let second = exponents[places.y];
  let third = exponents[places.z];
  let fourth = exponents[places.w];
  var entry = halved(0.25 * ((doubled(first) + doubled(second)) + (doubled(third) + doubled(fourth))));
  let least = min(min(first.y, second.y), min(third.y, fourth.y));
  entry.y = select(entry.y, BAD, least <= BAD);
  for (var k = 0u; k < args.output_width; k++) {
    let at = places * args.output_width + k;
    outputs[pixel * args.output_width + k] =
      0.25 * ((outputs[at.x] + outputs[at.y]) + (outputs[at.z] + outputs[at.w]));
  }
  exponents[pixel] = select(entry, first, all(places.yzw == places.xxx));
  let word = statuses[places.x];
  let is_uniform = (statuses[places.y] == word) & (statuses[places.z] == word) & (statuses[places.w] == word);
  statuses[pixel] = select(256u * class_of(pixel), word, is_uniform);
}

@compute @workgroup_size(64)
fn draft(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * 64u + id.x;
  if (index >= list[0]) {
    return;
  }
  let pixel = list[1u + index];
  let y = pixel / args.width;
  let x = pixel - y * args.width;
  // Steps to the pixels to fill, and from there to the pixels beyond: 0 where there are none.
  let x_most = select(0u, 1u, x + 1u < args.width);
  let y_most = select(0u, 1u, y + 1u < args.height);
  let right = select(0u, 2u, x + 2u < args.width);
  let upper = select(0u, 2u * args.width, y + 2u < args.height);
  // The pixel to the right, the one above, and the one between both.
  for (var side = 1u; side < 4u; side++) {
    let x_step = side % 2u;
    let y_step = side / 2u;
    if ((x_step <= x_most) & (y_step <= y_most)) {
      let along = pixel + x_step * right;
      let across = y_step * upper;
      fill(pixel + x_step + y_step * args.width, vec4u(pixel, along, pixel + across, along + across));
    }
  }
}
