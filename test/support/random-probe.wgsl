// random-probe.wgsl: the functions of lib/random.wgsl on a list of counters, for tests
//
// @use lib/random.wgsl
// group 0     0 args · 1 counters[count] · 2 words[count] · 3 uniforms[count]: of the first word
//             4 places[count]: permute of the index, modulo item_count

struct RandomProbeArgs {
  count: u32,
  item_count: u32,
  key_low: u32,
  key_high: u32,
  epoch: u32,
}

@group(0) @binding(0) var<uniform> args: RandomProbeArgs;
@group(0) @binding(1) var<storage, read> counters: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> words: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> uniforms: array<f32>;
@group(0) @binding(4) var<storage, read_write> places: array<u32>;

@compute @workgroup_size(64)
fn random_probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= args.count) {
    return;
  }
  let key = vec2u(args.key_low, args.key_high);
  let word = philox(counters[id.x], key);
  words[id.x] = word;
  uniforms[id.x] = uniform_from_word(word.x);
  places[id.x] = permute(id.x % args.item_count, args.item_count, key, args.epoch);
}
