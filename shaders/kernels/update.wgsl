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
// group 1     0 args · 1 states · 2 cotangents, both [network][block][column_stride]
//             3 weights[network][parameter_blocks], which other kernels read as parameters
//             4 memory[4][network][parameter_blocks]: m, v, G, and the weights before this step
//             5 status[network][2] · 6 members[network]
// grid        x: pieces of an op's parameters, with a stride if there are more; y: ops from first_op on;
//             z: networks
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
@group(1) @binding(5) var<storage, read_write> status: array<atomic<u32>>;
@group(1) @binding(6) var<storage, read> members: array<Member>;

// First block of the network's states, and blocks of all networks' parameters.
var<private> first_block: u32;
var<private> all_blocks: u32;

fn state_block(block: u32, column: u32) -> vec4f {
  return states[(first_block + block) * args.column_stride + column];
}

fn tangent_block(block: u32, column: u32) -> vec4f {
  return vec4f();
}

fn cotangent_block(block: u32, column: u32) -> vec4f {
  return cotangents[(first_block + block) * args.column_stride + column];
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

fn sgd(place: u32, weight: vec4f, gradient: vec4f, learning_rate: f32) -> vec4f {
  let m = args.momentum * memory[place] + (gradient + args.weight_decay * weight);
  memory[place] = m;
  return weight - learning_rate * m;
}

fn adam(place: u32, weight: vec4f, gradient: vec4f, learning_rate: f32) -> vec4f {
  let second_place = all_blocks + place;
  let m = FIRST_DECAY * memory[place] + FIRST_RATE * gradient;
  let v = SECOND_DECAY * memory[second_place] + SECOND_RATE * gradient * gradient;
  memory[place] = m;
  memory[second_place] = v;
  let direction = m * args.first_correction / (sqrt(v * args.second_correction) + EPSILON);
  return weight - learning_rate * (args.weight_decay * weight + direction);
}

@compute @workgroup_size(LANES)
fn update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let failures = 2u * id.z;
  // Losses were written by an earlier dispatch, failures before this step by an earlier step: all agree.
  if (atomicLoad(&status[failures]) <= args.step || atomicLoad(&status[failures + 1u]) < args.step) {
    return;
  }
  first_block = id.z * args.state_blocks;
  all_blocks = groups.z * args.parameter_blocks;
  let learning_rate = members[id.z].learning_rate;
  var op = program[args.first_op + id.y];
  op.parameters += id.z * args.parameter_blocks;
  let count = piece_count(op);
  for (var piece = id.x; piece < count; piece += groups.x * LANES) {
    let sums = gradient_of(op, piece);
    // @unroll
    for (var part = 0u; part < PIECE; part++) {
      let place = place_of(op, piece, part);
      if (place != NO_BLOCK) {
        var gradient = sums[part];
        if (args.is_first == 0u) {
          gradient += memory[2u * all_blocks + place];
        }
        memory[2u * all_blocks + place] = gradient;
        if (args.is_last == 1u) {
          let weight = weights[place];
          var next: vec4f;
          if (OPTIMIZER == ADAM) {
            next = adam(place, weight, gradient, learning_rate);
          } else {
            next = sgd(place, weight, gradient, learning_rate);
          }
          memory[3u * all_blocks + place] = weight;
          weights[place] = next;
          if (!is_finite4(next) || !is_finite4(gradient)) {
            atomicMin(&status[failures + 1u], args.step);
          }
        }
      }
    }
  }
}
