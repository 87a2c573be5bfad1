// update.wgsl: parameter gradients of a batch, and the optimizer's step with them
//
//   G = Σ_c ∂⟨ȳ_c, Φ(x_c)⟩/∂p over the columns of all parts of the batch
//   SGD     m ← μ m + G + w p                  p ← p − η m
//   Adam    m ← β1 m + (1 − β1) G              v ← β2 v + (1 − β2) G²
//           p ← p − η w p − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β1^t),  v̂ = v / (1 − β2^t)
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use ops/*
// group 1     0 args · 1 states · 2 cotangents, both [block][column_stride] · 3 weights[parameter_blocks],
//             which other kernels read as parameters · 4 memory[2][parameter_blocks]: m, v
//             5 gradients[parameter_blocks]: G · 6 previous[parameter_blocks]: the weights before this step
//             7 status[2]
// grid        x: pieces of an op's parameters, with a stride if there are more; y: ops
// numerics    sums over columns in ascending order. Once a step has failed, later ones change nothing;
//             the one that left a weight not finite is undone by kernels/restore.wgsl.
// source      Kingma & Ba, Adam, ICLR 2015; Loshchilov & Hutter, Decoupled weight decay, ICLR 2019

const TILE: u32 = 1u;
const FIRST_DECAY: f32 = 0.9;    // β1
const FIRST_RATE: f32 = 0.1;     // 1 - β1; in float32, 1 - 0.9 would be another number
const SECOND_DECAY: f32 = 0.999; // β2
const SECOND_RATE: f32 = 0.001;
const EPSILON: f32 = 1e-8;

override LANES: u32 = 64;
override OPTIMIZER: u32 = 0; // SGD or ADAM

@group(1) @binding(0) var<uniform> args: TrainingArgs;
@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> cotangents: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> memory: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> gradients: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> previous: array<vec4f>;
@group(1) @binding(7) var<storage, read_write> status: array<atomic<u32>, 2>;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[block * args.column_stride + column];
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return cotangents[block * args.column_stride + column];
}

fn piece_count(op: Op) -> u32 {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_piece_count(op);
    }
    // @end
    default: {
      return 0u;
    }
  }
}

fn place_of(op: Op, piece: u32, part: u32) -> u32 {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_place(op, piece, part);
    }
    // @end
    default: {
      return NO_BLOCK;
    }
  }
}

fn gradient_of(op: Op, piece: u32) -> array<vec4f, PIECE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_gradient(op, piece, args.column_count);
    }
    // @end
    default: {
      return array<vec4f, PIECE>();
    }
  }
}

fn sgd(place: u32, weight: vec4f, gradient: vec4f) -> vec4f {
  let m = args.momentum * memory[place] + (gradient + args.weight_decay * weight);
  memory[place] = m;
  return weight - args.learning_rate * m;
}

fn adam(place: u32, weight: vec4f, gradient: vec4f) -> vec4f {
  let second_place = args.parameter_blocks + place;
  let m = FIRST_DECAY * memory[place] + FIRST_RATE * gradient;
  let v = SECOND_DECAY * memory[second_place] + SECOND_RATE * gradient * gradient;
  memory[place] = m;
  memory[second_place] = v;
  let direction = m * args.first_correction / (sqrt(v * args.second_correction) + EPSILON);
  return weight - args.learning_rate * (args.weight_decay * weight + direction);
}

@compute @workgroup_size(LANES)
fn update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  // Losses were written by an earlier dispatch, failures before this step by an earlier step: all agree.
  if (atomicLoad(&status[0]) <= args.step || atomicLoad(&status[1]) < args.step) {
    return;
  }
  let op = program[id.y];
  let count = piece_count(op);
  for (var piece = id.x; piece < count; piece += groups.x * LANES) {
    let sums = gradient_of(op, piece);
    // @unroll
    for (var part = 0u; part < PIECE; part++) {
      let place = place_of(op, piece, part);
      if (place != NO_BLOCK) {
        var gradient = sums[part];
        if (args.is_first == 0u) {
          gradient += gradients[place];
        }
        gradients[place] = gradient;
        if (args.is_last == 1u) {
          let weight = weights[place];
          var next: vec4f;
          if (OPTIMIZER == ADAM) {
            next = adam(place, weight, gradient);
          } else {
            next = sgd(place, weight, gradient);
          }
          previous[place] = weight;
          weights[place] = next;
          if (!is_finite4(next) || !is_finite4(gradient)) {
            atomicMin(&status[1], args.step);
          }
        }
      }
    }
  }
}
