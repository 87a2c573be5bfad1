// training.wgsl: what the kernels of a training step know about their part of a batch
//
// group 1     0 args: TrainingArgs, declared by each kernel, since entry points share one slot a step
// layout      states and cotangents [network][block][column_stride] keep all ops (lib/network.wgsl), samples
//             and scores are [network][column_stride]; data sets [sample][blocks], blocks of 4, padded with
//             zeros, are shared
// status      two words a network: the first step whose loss was not finite, and the first step that left a
//             parameter not finite; NEVER before that. Steps count from 0.
// grid        z: networks

struct TrainingArgs {
  step: u32,
  column_count: u32,     // samples of this part
  column_stride: u32,
  batch_size: u32,       // samples of the step, all parts together
  is_first: u32,         // 1 for the first part of a step
  is_last: u32,          // 1 for the last
  first_op: u32,         // ops before it stay as they are
  is_training: u32,      // 0: evaluation, of samples in their own order from first_sample
  first_sample: u32,     // position within the epoch
  first_score: u32,      // where the scores of this part go
  epoch: u32,
  train_count: u32,
  input_width: u32,
  output_width: u32,
  output_offset: u32,    // blocks before the outputs in a column
  state_blocks: u32,     // of a column
  parameter_blocks: u32, // of a network
  score_stride: u32,     // scores of a network
  momentum: f32,
  weight_decay: f32,
  first_correction: f32,  // Adam: 1 / (1 - β1^t), t = step + 1
  second_correction: f32, // Adam: 1 / (1 - β2^t)
}

// What is a network's own: seed of the order of its samples, learning rate.
struct Member {
  key_low: u32,
  key_high: u32,
  learning_rate: f32,
  unused: u32,
}

const SQUARED: u32 = 0u;
const CROSS_ENTROPY: u32 = 1u;
const SGD: u32 = 0u;
const ADAM: u32 = 1u;
const NEVER: u32 = 0xffffffffu;
