// boundary.wgsl: the decision boundary as line segments, one cell between four pixel centres an invocation
//
//   between pixels p and q of classes a ≠ b it lies at d(p) / (d(p) − d(q)),   d = output a − output b
//
// group 0     0 args · 1 statuses[pixel] (status | class << 8) · 2 outputs[pixel][output_width] ·
//             3 segments[capacity] (x0, y0, x1, y1) · 4 counters: 0 vertices, six a segment,
//             1 one, 2 and 3 zero (a draw)
// units       segments in parts of the field's size, 0 to 1, y up
// numerics    one output is its own d. The field goes on unchanged from its outer pixel centres to its edge, so
//             there are (width + 1) (height + 1) cells. Two crossings are joined, three or four meet in their
//             mean. A cell with a pixel that has no output has no boundary.

const OVERFLOW: u32 = 2u;

struct BoundaryArgs {
  width: u32,
  height: u32,
  output_width: u32,
  capacity: u32,
}

@group(0) @binding(0) var<uniform> args: BoundaryArgs;
@group(0) @binding(1) var<storage, read> statuses: array<u32>;
@group(0) @binding(2) var<storage, read> outputs: array<f32>;
@group(0) @binding(3) var<storage, read_write> segments: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> counters: array<atomic<u32>>;

fn has_output(pixel: u32) -> bool {
  return (statuses[pixel] & 0xffu) != OVERFLOW || outputs[pixel * args.output_width] != 0f;
}

fn advantage(pixel: u32, class_a: u32, class_b: u32) -> f32 {
  let first = pixel * args.output_width;
  if (args.output_width == 1u) {
    return outputs[first];
  }
  return outputs[first + class_a] - outputs[first + class_b];
}

fn append(start: vec2f, end: vec2f) {
  let index = atomicAdd(&counters[0], 6u) / 6u;
  if (index < args.capacity) {
    segments[index] = vec4f(start, end);
  } else {
    atomicSub(&counters[0], 6u);
  }
}

@compute @workgroup_size(8, 8)
fn boundary(@builtin(global_invocation_id) id: vec3u) {
  if (id.x > args.width || id.y > args.height) {
    return;
  }
  let left = max(id.x, 1u) - 1u;
  let low = max(id.y, 1u) - 1u;
  let right = min(id.x, args.width - 1u);
  let high = min(id.y, args.height - 1u);
  // Around the cell, from the lower left corner; the first again at the end.
  let lower = low * args.width;
  let upper = high * args.width;
  let first = lower + left;
  var pixels = array<u32, 5>(first, lower + right, upper + right, upper + left, first);
  var classes = array<u32, 5>();
  for (var i = 0u; i < 4u; i++) {
    classes[i] = statuses[pixels[i]] >> 8u;
  }
  classes[4] = classes[0];
  let mixed = any(vec3u(classes[1], classes[2], classes[3]) != vec3u(classes[0]));
  // Loops that end at once cost less than branches where lanes share their code.
  let corner_count = select(0u, 4u, mixed);
  var sound = mixed;
  for (var i = 0u; i < corner_count; i++) {
    sound = sound && has_output(pixels[i]);
  }
  let edge_count = select(0u, 4u, sound);
  let size = vec2f(f32(args.width), f32(args.height));
  let place = vec2f(id.xy);
  let near = max(place - 0.5f, vec2f()) / size;
  let far = min(place + 0.5f, size) / size;
  var corners = array<vec2f, 5>(near, vec2f(far.x, near.y), far, vec2f(near.x, far.y), near);
  var found = array<vec2f, 4>();
  var sum = vec2f();
  var count = 0u;
  for (var i = 0u; i < edge_count; i++) {
    let class_a = classes[i];
    let class_b = classes[i + 1u];
    if (class_a != class_b) {
      let a = advantage(pixels[i], class_a, class_b);
      let b = advantage(pixels[i + 1u], class_a, class_b);
      found[count] = mix(corners[i], corners[i + 1u], a / (a - b));
      sum += found[count];
      count++;
    }
  }
  if (count == 2u) {
    append(found[0], found[1]);
  } else {
    for (var i = 0u; i < count; i++) {
      append(found[i], sum / f32(count));
    }
  }
}
