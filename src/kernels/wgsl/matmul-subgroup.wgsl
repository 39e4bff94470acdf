// y[s] = a[s] · b[s]. LANES lanes compute 16 rows × 4·LANES columns: each element of a is loaded by one lane and broadcast.
// a (batch, m, k), b (batch, k, n), y (batch, m, n); n divisible by 4. ALIGNED: k divisible by 4. All loads of four steps of k come
// before their products.

fn a_element(start: u32, k: u32) -> f32 { return select(0.0, load_a(start + min(k, size.k - 1u)), k < size.k); }

// Four neighbours of a row that starts at element `start`; zero from k on.
fn a_quad(start: u32, k: u32) -> vec4f {
  if (ALIGNED) { return load4_a((start + k) / 4u); }
  return vec4f(a_element(start, k), a_element(start, k + 1u), a_element(start, k + 2u), a_element(start, k + 3u));
}

// Row k of b, whose first row's quad is `first`, each `by` further; zero from k on.
fn b_quad(first: u32, k: u32, by: u32) -> vec4f {
  if (ALIGNED) { return load4_b(first + k * by); }
  return select(vec4f(), load4_b(first + min(k, size.k - 1u) * by), k < size.k);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let tile = (group.y * groups.x + group.x) * (8u / LANES) + thread / LANES;
  // tile = (s · row_tiles + row tile) · column_tiles + column tile
  let row_tile = quotient(tile, size.column_tiles);
  let column = (tile - row_tile * size.column_tiles) * LANES + lane;
  let s = quotient(row_tile, size.row_tiles);
  let row = (row_tile - s * size.row_tiles) * 16u;
  let s_read = min(s, size.batch - 1u);
  let quads = size.n / 4u;
  let b_first = s_read * size.k * quads + min(column, quads - 1u);
  let depth = size.k;
  var start: array<u32, 16u / LANES>;
  for (var j = 0u; j < 16u / LANES; j++) { start[j] = (s_read * size.m + min(row + j * LANES + lane, size.m - 1u)) * depth; }

  var acc: array<vec4f, 16>;
  var k = 0u;
  loop {
    var a: array<vec4f, 16u / LANES>;
    for (var j = 0u; j < 16u / LANES; j++) { a[j] = a_quad(start[j], k); }
    let b = mat4x4f(
      b_quad(b_first, k, quads), b_quad(b_first, k + 1u, quads), b_quad(b_first, k + 2u, quads), b_quad(b_first, k + 3u, quads),
    );
    for (var j = 0u; j < 16u / LANES; j++) {
      let v = a[j];
      if (LANES == 4u) {
        acc[j * 4u] += b * quadBroadcast(v, 0u);
        acc[j * 4u + 1u] += b * quadBroadcast(v, 1u);
        acc[j * 4u + 2u] += b * quadBroadcast(v, 2u);
        acc[j * 4u + 3u] += b * quadBroadcast(v, 3u);
      } else {
        acc[j * 8u] += b * subgroupBroadcast(v, 0u);
        acc[j * 8u + 1u] += b * subgroupBroadcast(v, 1u);
        acc[j * 8u + 2u] += b * subgroupBroadcast(v, 2u);
        acc[j * 8u + 3u] += b * subgroupBroadcast(v, 3u);
        acc[j * 8u + 4u] += b * subgroupBroadcast(v, 4u);
        acc[j * 8u + 5u] += b * subgroupBroadcast(v, 5u);
        acc[j * 8u + 6u] += b * subgroupBroadcast(v, 6u);
        acc[j * 8u + 7u] += b * subgroupBroadcast(v, 7u);
      }
    }
    continuing { k += 4u; break if k >= depth; }
  }
  if (s >= size.batch || column >= quads) { return; }
  for (var i = 0u; i < 16u; i++) {
    if (row + i < size.m) { store4_y((s * size.m + row + i) * quads + column, acc[i]); }
  }
}
