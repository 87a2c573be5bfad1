// place.wgsl: where in the plane a pixel lies
//
//   place_of(pixel)   (s, t)
//
// kernel      provides a binding coordinates[]: s of each column, then t of each row; with rows of 0 pixels
//             the pixels are a list, and s, t of each stand side by side

fn place_of(pixel: u32, width: u32, row_place: u32) -> vec2f {
  if (width == 0u) {
    return vec2f(coordinates[2u * pixel], coordinates[2u * pixel + 1u]);
  }
  let row = pixel / width;
  return vec2f(coordinates[pixel - row * width], coordinates[row_place + row]);
}
