// y[i] = Σ over `split` parts of x[part][i], in order, by words of four neighbours. x (split, 4 · count), y (4 · count).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let first = min(i, size.count - 1u);
  var total = vec4f();
  for (var part = 0u; part < size.split; part++) { total += load4_x(part * size.count + first); }
  if (i < size.count) { store4_y(i, total); }
}
