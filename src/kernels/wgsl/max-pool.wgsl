// y = t at the first maximum of each window of x (t = x: max pooling; another t: the transpose of its gradient).
// x, t (N, H, W, C), y (N, OH, OW, C), SIZE elements. One invocation an element of y.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let value = load_t(first_maximum(e / (C * OW * OH), e / (C * OW) % OH, e / C % OW, e % C));
  if (i < SIZE) { store_y(i, value); }
}
