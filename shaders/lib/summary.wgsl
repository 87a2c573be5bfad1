// summary.wgsl: statistics of λ₁ over the good pixels of a field, as kernels/reduce.wgsl leaves them
//
//   low, high   values below which 1 % and 99 % of the good pixels lie, to 1/BINS of the range
//
// units       λ as stored; all 0 if no pixel is good

// Stands for λ₁ of a pixel that does not count.
const BAD: f32 = -3e38f;

struct Summary {
  minimum: f32,
  maximum: f32,
  mean: f32,
  low: f32,
  high: f32,
  good_count: u32,
}
