// attack.wgsl: a step of projected gradient ascent or descent on the loss, in the inputs
//
//   l2      x <- Π(x ± α g / |g|)        Π: back to distance `radius` from the start, straight
//   linf    x <- Π(x ± α sign g)         Π: each input back to within `radius` of its start
//
// then into the bounds, which hold the start (src/reference/attack.ts). g is known up to a positive factor.
//
// @use lib/network.wgsl
// group 1     0 args · 1 states[block][stride]: the first input_blocks are x, and are written
//             2 cotangents[block][stride]: the first input_blocks are g · 3 starts[input_blocks][stride]
// grid        an invocation a column
// units       inputs in standardised units
// numerics    g is scaled by its largest component before it is squared
// source      Goodfellow, Shlens & Szegedy, ICLR 2015; Madry et al., ICLR 2018

const L2: u32 = 0u;

override LANES: u32 = 64;

struct AttackArgs {
  column_count: u32,
  column_stride: u32,
  input_width: u32,
  norm: u32, // L2, or the largest component
  radius: f32,
  signed_step: f32, // −α descends
  low: f32,
  high: f32,
}

@group(1) @binding(0) var<uniform> args: AttackArgs;
@group(1) @binding(1) var<storage, read_write> states: array<vec4f>;
@group(1) @binding(2) var<storage, read> cotangents: array<vec4f>;
@group(1) @binding(3) var<storage, read> starts: array<vec4f>;

// The lanes of a block that belong to inputs; 0 in padding.
fn live(block: u32, x: vec4f) -> vec4f {
  return select(vec4f(), x, vec4u(0u, 1u, 2u, 3u) + 4u * block < vec4u(args.input_width));
}

@compute @workgroup_size(LANES)
fn attack(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= args.column_count) {
    return;
  }
  let blocks = block_count(args.input_width);
  var largest = 0f;
  for (var k = 0u; k < blocks; k++) {
    let g = abs(live(k, cotangents[k * args.column_stride + column]));
    largest = max(largest, max(max(g.x, g.y), max(g.z, g.w)));
  }
  let unit = select(0f, 1f / largest, largest > 1e-37f);
  var square = 0f;
  for (var k = 0u; k < blocks; k++) {
    let g = unit * live(k, cotangents[k * args.column_stride + column]);
    square += dot(g, g);
  }
  let length_inverse = select(0f, 1f / sqrt(square), square > 0f);
  var distance_square = 0f;
  for (var k = 0u; k < blocks; k++) {
    let place = k * args.column_stride + column;
    let g = live(k, cotangents[place]);
    let direction = select(sign(g), length_inverse * (unit * g), args.norm == L2);
    let offset = live(k, states[place] + args.signed_step * direction - starts[place]);
    distance_square += dot(offset, offset);
  }
  let distance = sqrt(distance_square);
  let shrink = select(1f, args.radius / distance, args.norm == L2 && distance > args.radius);
  for (var k = 0u; k < blocks; k++) {
    let place = k * args.column_stride + column;
    let start = starts[place];
    let g = live(k, cotangents[place]);
    let direction = select(sign(g), length_inverse * (unit * g), args.norm == L2);
    let offset = states[place] + args.signed_step * direction - start;
    let bounded = clamp(offset, vec4f(-args.radius), vec4f(args.radius));
    let kept = select(bounded, shrink * offset, args.norm == L2);
    let next = clamp(start + kept, vec4f(args.low), vec4f(args.high));
    states[place] = live(k, next);
  }
}
