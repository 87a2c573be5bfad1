// optimizer.wgsl: the optimizer's step, for a block of parameters whose gradient is known
//
//   SGD     m ← μ m + G + w p                  p ← p − η m
//   Adam    m ← β1 m + (1 − β1) G              v ← β2 v + (1 − β2) G²
//           p ← p − η w p − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β1^t),  v̂ = v / (1 − β2^t)
//
// @use lib/training.wgsl
// @use lib/activation.wgsl
// group 1     0 args · 3 weights[network][parameter_blocks], which other kernels read as parameters
//             4 memory[4][network][parameter_blocks]: m, v, G, and the weights before this step
//             5 status[network][2] · 6 members[network]
// numerics    Once a step has failed, later ones change nothing; the one that left a weight not finite is undone by
//             kernels/restore.wgsl.
// source      Kingma & Ba, Adam, ICLR 2015; Loshchilov & Hutter, Decoupled weight decay, ICLR 2019

const FIRST_DECAY: f32 = 0.9;    // β1
const FIRST_RATE: f32 = 0.1;     // 1 - β1; in float32, 1 - 0.9 would be another number
const SECOND_DECAY: f32 = 0.999; // β2
const SECOND_RATE: f32 = 0.001;
const EPSILON: f32 = 1e-8;

override OPTIMIZER: u32 = 0; // SGD or ADAM

@group(1) @binding(0) var<uniform> args: TrainingArgs;
@group(1) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> memory: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> status: array<atomic<u32>>;
@group(1) @binding(6) var<storage, read> members: array<Member>;

// Losses were written by an earlier dispatch, failures before this step by an earlier step: all agree.
fn has_failed(network: u32) -> bool {
  return (atomicLoad(&status[2u * network]) <= args.step) | (atomicLoad(&status[2u * network + 1u]) < args.step);
}

fn sgd(place: u32, weight: vec4f, gradient: vec4f, learning_rate: f32) -> vec4f {
  let m = args.momentum * memory[place] + (gradient + args.weight_decay * weight);
  memory[place] = m;
  return weight - learning_rate * m;
}

fn adam(place: u32, second_place: u32, weight: vec4f, gradient: vec4f, learning_rate: f32) -> vec4f {
  let m = FIRST_DECAY * memory[place] + FIRST_RATE * gradient;
  let v = SECOND_DECAY * memory[second_place] + SECOND_RATE * gradient * gradient;
  memory[place] = m;
  memory[second_place] = v;
  let direction = m * args.first_correction / (sqrt(v * args.second_correction) + EPSILON);
  return weight - learning_rate * (args.weight_decay * weight + direction);
}

// A block's gradient over the parts of the batch before this one. Sums go on from it, so that how a batch is parted
// does not change a bit. all_blocks: of all networks' parameters.
fn gradient_so_far(place: u32, all_blocks: u32) -> vec4f {
  return select(memory[2u * all_blocks + place], vec4f(), args.is_first == 1u);
}

// Keeps the gradient of a block, and takes the step after the last part.
fn descend(place: u32, all_blocks: u32, network: u32, gradient: vec4f) {
  memory[2u * all_blocks + place] = gradient;
  if (args.is_last == 0u) {
    return;
  }
  let weight = weights[place];
  let learning_rate = members[network].learning_rate;
  var next: vec4f;
  if (OPTIMIZER == ADAM) {
    next = adam(place, all_blocks + place, weight, gradient, learning_rate);
  } else {
    next = sgd(place, weight, gradient, learning_rate);
  }
  memory[3u * all_blocks + place] = weight;
  weights[place] = next;
  if (!(is_finite4(next) & is_finite4(gradient))) {
    atomicMin(&status[2u * network + 1u], args.step);
  }
}
