// wide.wgsl: the exponent field of a wide network on a software adapter (lib/wide.wgsl)
//
// @use lib/wide.wgsl
// group 1     as in lib/wide.wgsl
// grid        an invocation for POINTS pixels; folded into y

override LANES: u32 = 16;

fn weight_chunk(place: u32) -> array<vec4f, 4> {
  return array<vec4f, 4>(
    parameters[place],
    parameters[place + 1u],
    parameters[place + 2u],
    parameters[place + 3u],
  );
}

fn lanes_agree(fit: bool) -> bool {
  return fit;
}

@compute @workgroup_size(LANES)
fn wide(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = args.first_pixel + (id.y * groups.x * LANES + id.x) * POINTS;
  if (first >= args.end_pixel) {
    return;
  }
  compute_points(first);
}
