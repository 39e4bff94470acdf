// y[s] = a[s] · b[s] for few columns, where tiles would stand empty: one invocation an element of y, four steps of k at a time.
// a (BATCH, M, K), b (BATCH, K, N), y (BATCH, M, N), SIZE elements of y.

fn a_quad(start: u32, k: u32) -> vec4f {
  if (K % 4u == 0u) { return load4_a((start + k) / 4u); }
  let last = start + K - 1u;
  let v = vec4f(load_a(start + k), load_a(min(start + k + 1u, last)), load_a(min(start + k + 2u, last)), load_a(min(start + k + 3u, last)));
  return select(vec4f(), v, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(K));
}

fn b_element(start: u32, k: u32) -> f32 {
  if (K % 4u == 0u) { return load_b(start + k * N); }
  return select(0.0, load_b(start + min(k, K - 1u) * N), k < K);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let a_start = e / N * K;
  let b_start = e / (N * M) * K * N + e % N;
  var total = 0.0;
  for (var k = 0u; k < K; k += 4u) {
    let b = vec4f(b_element(b_start, k), b_element(b_start, k + 1u), b_element(b_start, k + 2u), b_element(b_start, k + 3u));
    total += dot(a_quad(a_start, k), b);
  }
  if (i < SIZE) { store_y(i, total); }
}
