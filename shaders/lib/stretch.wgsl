// stretch.wgsl: how a point's two tangents are stretched, from what they have become row by row
//
//   stretch_of(column, row_count, power, span, rank)   λ1, λ2 and the direction (lib/pixel.wgsl)
//
// @use lib/singular.wgsl
// @use lib/pixel.wgsl
// kernel      provides image_of(row, column): a row of u and v, of which the largest component is in [1, 2); they
//             stand for 2^power times themselves
// units       λ in 1/span

fn stretch_of(column: u32, row_count: u32, power: f32, span: f32, rank: u32) -> vec4f {
  var gram = vec3f();
  for (var row = 0u; row < row_count; row++) {
    let image = image_of(row, column);
    gram += vec3f(image.x * image.x, image.x * image.y, image.y * image.y);
  }
  let direction = plane_direction(gram.x, gram.y, gram.z);
  var first = 0f;
  var top = 0;
  for (var row = 0u; row < row_count; row++) {
    let image = image_of(row, column);
    let along = dot(direction, image);
    first += along * along;
    top = max(top, size_bits(direction.x * image.y - direction.y * image.x));
  }
  let factor = inverse_power(top);
  var second = 0f;
  for (var row = 0u; row < row_count; row++) {
    let image = image_of(row, column);
    let across = factor * (direction.x * image.y - direction.y * image.x);
    second += across * across;
  }
  return stretching(first, second, top, direction, power, span, rank);
}
