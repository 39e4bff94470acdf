// y[o, k, j] = x[o, index, j] with index = indices[k], or indices[o, k, j] where ALONG; 0 where it is outside 0 … N−1.
// x (…, N, INNER), y (…, COUNT, INNER), SIZE elements of y. One invocation an element of y.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let index = load_indices(select(e / INNER % COUNT, e, ALONG));
  let inside = index >= 0 && index < i32(N);
  let source = (e / (INNER * COUNT) * N + u32(index)) * INNER + e % INNER;
  let value = load_x(select(0u, source, inside));
  if (i < SIZE) { store_y(i, select(y_t(), value, inside)); }
}
