// y[i] = Σ over SPLIT parts of x[part][i], in order. x (SPLIT, SIZE), y (SIZE).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  var total = 0.0;
  for (var part = 0u; part < SPLIT; part++) { total += load_x(part * SIZE + min(i, SIZE - 1u)); }
  if (i < SIZE) { store_y(i, total); }
}
