// y[s] = a[s] · b[s] for few columns, where tiles would stand empty: one invocation an element of y, four steps of k at a time.
// a (batch, m, k), or (batch, k, m) with TRANSPOSE_A; b (batch, k, n), or (batch, n, k) with TRANSPOSE_B; y (batch, m, n), `count`
// elements of y. ALIGNED: k divisible by 4. B_ADJACENT: the terms of a column of b lie together.

// Terms k … k + 3 of a run whose terms lie `step` elements apart, zero from k on.
fn a_quad(start: u32, k: u32, step: u32) -> vec4f {
  if (ALIGNED && !TRANSPOSE_A) { return load4_a((start + k) / 4u); }
  let at = start + min(k + vec4u(0u, 1u, 2u, 3u), vec4u(size.k - 1u)) * step;
  let v = vec4f(load_a(at.x), load_a(at.y), load_a(at.z), load_a(at.w));
  if (ALIGNED) { return v; }
  return select(vec4f(), v, k + vec4u(0u, 1u, 2u, 3u) < vec4u(size.k));
}

fn b_quad(start: u32, k: u32, step: u32) -> vec4f {
  if (ALIGNED && B_ADJACENT) { return load4_b((start + k) / 4u); }
  let at = start + min(k + vec4u(0u, 1u, 2u, 3u), vec4u(size.k - 1u)) * step;
  let v = vec4f(load_b(at.x), load_b(at.y), load_b(at.z), load_b(at.w));
  if (ALIGNED) { return v; }
  return select(vec4f(), v, k + vec4u(0u, 1u, 2u, 3u) < vec4u(size.k));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.count - 1u);
  let row = quotient(e, size.n); // of all batches
  let column = e - row * size.n;
  let s = quotient(row, size.m);
  let a_row = row - s * size.m;
  let a_start = s * size.m * size.k + a_row * select(size.k, 1u, TRANSPOSE_A);
  let b_start = s * size.k * size.n + column * select(1u, size.k, TRANSPOSE_B);
  let a_step = select(1u, size.m, TRANSPOSE_A);
  let b_step = select(size.n, 1u, TRANSPOSE_B);
  var total = 0.0;
  for (var group_k = 0u; group_k < size.k; group_k += size.group) { // sums of sums of sums: none has many terms
    var in_group = 0.0;
    for (var block_k = group_k; block_k < min(group_k + size.group, size.k); block_k += size.block) {
      let end = min(block_k + size.block, size.k);
      var in_block = 0.0;
      for (var k = block_k; k < end; k += 4u) { in_block += dot(a_quad(a_start, k, a_step), b_quad(b_start, k, b_step)); }
      in_group += in_block;
    }
    total += in_group;
  }
  if (i < size.count) { store_y(i, total); }
}
