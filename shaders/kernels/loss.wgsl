// loss.wgsl: loss of every sample of a batch, and where backward starts
//
//   squared         ℓ = Σ (y_k − t_k)² / n          ȳ = 2 (y − t) / (n B)
//   cross-entropy   ℓ = Σ t_k (log Σ_j exp y_j − y_k)   ȳ = (softmax(y) Σ t_k − t) / B
//
// With DIRECTION, for attacks, ȳ is known up to a positive factor a sample. Cross-entropy with t = a · one-hot
// of c, a > 0, then has ȳ = a (q − one-hot of c) / B, where q is the softmax of all y but y_c: that above divided
// by 1 − softmax(y)_c, which is 0 in float32 where a network is certain.
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use lib/activation.wgsl
// group 1     0 args · 1 states[network][block][column_stride] · 2 targets[sample][output_blocks]
//             3 samples[network][column_stride] · 4 cotangents[network][block][column_stride]: in training,
//             those of the outputs are written, padding 0 · 5 scores[network][first_score + column]: ℓ, and 1
//             if the class is right · 6 status[network][2]: a loss that is not finite is reported
// grid        one invocation a column; z: networks
// numerics    y is shifted by its largest entry before exp; class: the largest entry, or the sign of a
//             single one (src/reference/loss.ts)

override LANES: u32 = 64;
override LOSS: u32 = 0; // SQUARED or CROSS_ENTROPY
override DIRECTION: u32 = 0; // 1: cotangents up to a positive factor a sample

@group(1) @binding(0) var<uniform> args: TrainingArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> targets: array<vec4f>;
@group(1) @binding(3) var<storage, read> samples: array<u32>;
@group(1) @binding(4) var<storage, read_write> cotangents: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> scores: array<vec2f>;
@group(1) @binding(6) var<storage, read_write> status: array<atomic<u32>>;

// Position and value of the largest entry so far.
struct Largest {
  place: u32,
  value: f32,
}

fn larger(largest: Largest, block: u32, x: vec4f) -> Largest {
  var result = largest;
  // @unroll
  for (var r = 0u; r < 4u; r++) {
    if ((4u * block + r < args.output_width) & ((4u * block + r == 0u) | (x[r] > result.value))) {
      result = Largest(4u * block + r, x[r]);
    }
  }
  return result;
}

fn class_of(largest: Largest) -> u32 {
  return select(largest.place, u32(largest.value > 0.0), args.output_width == 1u);
}

fn sum4(x: vec4f) -> f32 {
  return (x.x + x.y) + (x.z + x.w);
}

// The lanes of a block that belong to outputs; 0 in padding.
fn live(block: u32, x: vec4f) -> vec4f {
  return select(vec4f(), x, vec4u(0u, 1u, 2u, 3u) + 4u * block < vec4u(args.output_width));
}

// Where all of the target is in one class: the largest of the other outputs, and Σ exp relative to it.
struct Rivals {
  value: f32,
  exp_sum: f32,
}

// The lanes of a block that belong to outputs other than one.
fn are_rivals(block: u32, place: u32) -> vec4<bool> {
  let lanes = vec4u(0u, 1u, 2u, 3u) + 4u * block;
  return (lanes < vec4u(args.output_width)) & (lanes != vec4u(place));
}

fn rivals_of(place: u32, first_state: u32) -> Rivals {
  let blocks = block_count(args.output_width);
  var value = -3e38;
  for (var block = 0u; block < blocks; block++) {
    let y = states[first_state + block * args.column_stride];
    let x = select(vec4f(value), y, are_rivals(block, place));
    value = max(value, max(max(x.x, x.y), max(x.z, x.w)));
  }
  var exp_sum = 0.0;
  for (var block = 0u; block < blocks; block++) {
    let y = states[first_state + block * args.column_stride];
    let e = exponentials(min(y - value, vec4f()), vec4i()).value;
    exp_sum += sum4(select(vec4f(), e, are_rivals(block, place)));
  }
  return Rivals(value, exp_sum);
}

@compute @workgroup_size(LANES)
fn loss(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  let blocks = block_count(args.output_width);
  let first_block = id.z * args.state_blocks + args.output_offset;
  let first_state = first_block * args.column_stride + column;
  let first_target = samples[id.z * args.column_stride + column] * blocks;

  var output = Largest(0u, 0.0);
  var wanted = Largest(0u, 0.0);
  var target_sum = 0.0;
  var target_count = 0.0;
  var finite = true;
  for (var block = 0u; block < blocks; block++) {
    let t = targets[first_target + block];
    let y = states[first_state + block * args.column_stride];
    finite = finite & is_finite4(live(block, y));
    output = larger(output, block, y);
    wanted = larger(wanted, block, t);
    target_sum += sum4(t);
    target_count += sum4(select(vec4f(), vec4f(1.0), t != vec4f()));
  }
  var exp_sum = 0.0;
  if (LOSS == CROSS_ENTROPY) {
    for (var block = 0u; block < blocks; block++) {
      let y = states[first_state + block * args.column_stride];
      exp_sum += sum4(live(block, exponentials(min(y - output.value, vec4f()), vec4i()).value));
    }
  }

  // One class is wanted, and there are others.
  let has_rivals = (target_count == 1.0) & (wanted.value > 0.0) & (args.output_width > 1u);
  var rivals = Rivals(0.0, 1.0);
  // Alone in its condition, an override leaves the compiler nothing to do where training has no use for this.
  if (DIRECTION == 1u) {
    if (has_rivals) {
      rivals = rivals_of(wanted.place, first_state);
    }
  }

  let samples_inverse = 1.0 / f32(args.batch_size);
  let outputs_inverse = 1.0 / f32(args.output_width);
  let log_sum = log(exp_sum);
  var total = 0.0;
  for (var block = 0u; block < blocks; block++) {
    let y = states[first_state + block * args.column_stride];
    let t = targets[first_target + block];
    var cotangent = 2.0 * samples_inverse * outputs_inverse * (y - t);
    if (LOSS == CROSS_ENTROPY) {
      let shifted = y - output.value;
      let softmax = exponentials(min(shifted, vec4f()), vec4i()).value / exp_sum;
      total += sum4(live(block, t * (log_sum - shifted)));
      cotangent = samples_inverse * (softmax * target_sum - t);
      if (DIRECTION == 1u) {
        let q = exponentials(min(y - rivals.value, vec4f()), vec4i()).value / rivals.exp_sum;
        let direction = target_sum * select(vec4f(-1.0), q, are_rivals(block, wanted.place));
        cotangent = select(cotangent, samples_inverse * direction, has_rivals);
      }
    } else {
      total += sum4(live(block, (y - t) * (y - t))) * outputs_inverse;
    }
    if (args.is_training == 1u) {
      cotangents[first_state + block * args.column_stride] = live(block, cotangent);
    }
  }
  scores[id.z * args.score_stride + args.first_score + column] = vec2f(total, f32(class_of(output) == class_of(wanted)));
  if (!(finite & is_finite4(vec4f(total)))) {
    atomicMin(&status[2u * id.z], args.step);
  }
}
