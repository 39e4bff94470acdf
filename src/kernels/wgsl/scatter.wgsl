// y[o, s, j] = Σ over k of x[o, k, j] where indices[k] = s, or indices[o, k, j] = s where ALONG; in the order of k.
// x (…, COUNT, INNER), y (…, N, INNER), SIZE elements of y. One invocation an element of y looks at every index: no atomics.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let place = i32(e / INNER % N);
  let first = e / (INNER * N) * COUNT * INNER + e % INNER;
  var total = y_t();
  for (var k = 0u; k < COUNT; k++) {
    let at = first + k * INNER;
    if (load_indices(select(k, at, ALONG)) == place) { total += load_x(at); }
  }
  if (i < SIZE) { store_y(i, total); }
}
