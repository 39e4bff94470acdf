// y[s] = a[s] · b[s] for few columns, where tiles would stand empty: one invocation an element of y, four steps of k at a time.
// a (batch, m, k), b (batch, k, n), y (batch, m, n), `count` elements of y. ALIGNED: k divisible by 4.

fn a_quad(start: u32, k: u32) -> vec4f {
  if (ALIGNED) { return load4_a((start + k) / 4u); }
  let last = start + size.k - 1u;
  let v = vec4f(load_a(start + k), load_a(min(start + k + 1u, last)), load_a(min(start + k + 2u, last)), load_a(min(start + k + 3u, last)));
  return select(vec4f(), v, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(size.k));
}

fn b_element(start: u32, k: u32) -> f32 {
  if (ALIGNED) { return load_b(start + k * size.n); }
  return select(0.0, load_b(start + min(k, size.k - 1u) * size.n), k < size.k);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.count - 1u);
  let row = quotient(e, size.n); // of all batches
  let a_start = row * size.k;
  let b_start = quotient(row, size.m) * size.k * size.n + e - row * size.n;
  var total = 0.0;
  for (var k = 0u; k < size.k; k += 4u) {
    let b = vec4f(b_element(b_start, k), b_element(b_start, k + 1u), b_element(b_start, k + 2u), b_element(b_start, k + 3u));
    total += dot(a_quad(a_start, k), b);
  }
  if (i < size.count) { store_y(i, total); }
}
