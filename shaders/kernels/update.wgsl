// update.wgsl: parameter gradients of a batch, and the optimizer's step with them
//
//   G = Σ_c ∂⟨ȳ_c, Φ(x_c)⟩/∂p over the columns of all parts of the batch
//   then as lib/optimizer.wgsl
//
// @use lib/training.wgsl
// @use lib/network.wgsl
// @use lib/optimizer.wgsl
// @use ops/*
// group 1     1 states · 2 cotangents, both [network][block][column_stride]
//             0 and 3 to 6 of lib/optimizer.wgsl
// grid        x: pieces of an op's parameters, with a stride if there are more; y: ops from first_op on;
//             z: networks
// numerics    sums over columns in ascending order, on from those of the parts before

const TILE: u32 = 1u;

override LANES: u32 = 64;

@group(1) @binding(1) var<storage, read> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> cotangents: array<vec4f>;

// Of the network's states.
var<private> first_block: u32;

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

fn gradient_of(op: Op, piece: u32, sums: array<vec4f, PIECE>) -> array<vec4f, PIECE> {
  switch op.code {
    // @each affine
    case AFFINE: {
      return affine_gradient(op, piece, args.column_count, sums);
    }
    // @end
    default: {
      return array<vec4f, PIECE>();
    }
  }
}

@compute @workgroup_size(LANES)
fn update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  if (has_failed(id.z)) {
    return;
  }
  first_block = id.z * args.state_blocks;
  let all_blocks = groups.z * args.parameter_blocks;
  var op = program[args.first_op + id.y];
  op.parameters += id.z * args.parameter_blocks;
  let count = piece_count(op);
  for (var piece = id.x; piece < count; piece += groups.x * LANES) {
    var sums = array<vec4f, PIECE>();
    for (var part = 0u; part < PIECE; part++) {
      let place = place_of(op, piece, part);
      if (place != NO_BLOCK) {
        sums[part] = gradient_so_far(place, all_blocks);
      }
    }
    sums = gradient_of(op, piece, sums);
    for (var part = 0u; part < PIECE; part++) {
      let place = place_of(op, piece, part);
      if (place != NO_BLOCK) {
        descend(place, all_blocks, id.z, sums[part]);
      }
    }
  }
}
