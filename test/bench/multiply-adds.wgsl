// multiply-adds.wgsl: multiply-adds in registers alone, as many as the adapter can do
//
//   x_k <- factor · x_k + term,  k = 1 … CHAINS, rounds · STEPS times
//
// group 0     0 args · 1 sums[invocation]: so that nothing is left out as useless
// numerics    |factor| < 1, so that x stays finite. CHAINS blocks of four are independent of each other, and the steps of
//             one are no fewer operations: each rounds. A round costs about ten instructions besides, for its bound is no
//             constant: so it has 256 multiply-adds.

const CHAINS: u32 = 8u;
const STEPS: u32 = 8u;
const LANES: u32 = 64u;

override USE_FMA: u32 = 0u; // 1: the builtin

struct MultiplyAddsArgs {
  rounds: u32,
  factor: f32,
  term: f32,
}

@group(0) @binding(0) var<uniform> args: MultiplyAddsArgs;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(LANES)
fn multiply_adds(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(args.factor);
  let term = vec4f(args.term);
  var x: array<vec4f, CHAINS>;
  // @unroll
  for (var k = 0u; k < CHAINS; k++) {
    x[k] = vec4f(f32(id.x) + f32(k));
  }
  for (var round = 0u; round < args.rounds; round++) {
    // @unroll
    for (var step = 0u; step < STEPS; step++) {
      // @unroll
      for (var k = 0u; k < CHAINS; k++) {
        if (USE_FMA == 1u) {
          x[k] = fma(x[k], factor, term);
        } else {
          x[k] = x[k] * factor + term;
        }
      }
    }
  }
  var sum = vec4f();
  // @unroll
  for (var k = 0u; k < CHAINS; k++) {
    sum += x[k];
  }
  sums[id.x] = sum;
}
