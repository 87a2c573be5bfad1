// random.wgsl: counter-based random numbers, the same bits as src/math/random.ts
//
//   philox(counter, key)                  Philox4x32-10: four words for each counter and key
//   permute(index, count, key, epoch)     a keyed bijection of 0 … count − 1
//
// units       words; uniform_from_word gives multiples of 2^-24 in [0, 1)
// numerics    integers only; 64-bit products by 16-bit parts
// source      Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011

const PURPOSE_PERMUTATION: u32 = 0u;
const FEISTEL_ROUNDS: u32 = 16u;

// Upper 32 bits of a * b.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let cross = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (cross >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = multiply_high(0xd2511f53u, c.x);
    let high1 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4u(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// The multiple of 2^-24 in [0, 1) that a random word stands for.
fn uniform_from_word(word: u32) -> f32 {
  return f32(word >> 8u) * 0x1p-24f;
}

// The finaliser of MurmurHash3 (Appleby).
fn mix_word(word: u32) -> u32 {
  var h = word;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

// Where index goes in the permutation of 0 … count − 1 that key and epoch choose; 1 <= count < 2^31.
// A Feistel network on pairs (i mod columns, i / columns) with cycle walking (src/math/random.ts).
fn permute(index: u32, count: u32, key: vec2u, epoch: u32) -> u32 {
  let first = philox(vec4u(0u, epoch, PURPOSE_PERMUTATION, 0u), key);
  let second = philox(vec4u(1u, epoch, PURPOSE_PERMUTATION, 0u), key);
  var words = array<u32, 8>(
    first.x, first.y, first.z, first.w, second.x, second.y, second.z, second.w,
  );
  let shift = (33u - countLeadingZeros(count - 1u)) >> 1u;
  let columns = 1u << shift;
  let rows = (count + columns - 1u) >> shift;
  let spare = rows * columns - count;
  var place = index;
  for (var walk = 0u; walk <= spare; walk++) {
    var column = place & (columns - 1u);
    var row = place >> shift;
    for (var round = 0u; round < FEISTEL_ROUNDS; round += 2u) {
      column = (column + mix_word(row ^ (words[round % 8u] + round * 0x9e3779b9u))) & (columns - 1u);
      row = (row + mix_word(column ^ (words[(round + 1u) % 8u] + (round + 1u) * 0x9e3779b9u)) % rows) % rows;
    }
    place = (row << shift) + column;
    if (place < count) {
      break;
    }
  }
  return place;
}
