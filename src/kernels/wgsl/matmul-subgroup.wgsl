// y[s] = a[s] · b[s]. LANES lanes compute 16 rows × 4·LANES columns: each element of a is loaded by one lane and broadcast.
// a (BATCH, M, K), b (BATCH, K, N), y (BATCH, M, N); N divisible by 4. All loads of four steps of k come before their products.

fn a_element(start: u32, k: u32) -> f32 { return select(0.0, load_a(start + min(k, K - 1u)), k < K); }

// Four neighbours of a row that starts at element `start`; zero from K on.
fn a_quad(start: u32, k: u32) -> vec4f {
  if (K % 4u == 0u) { return load4_a((start + k) / 4u); }
  return vec4f(a_element(start, k), a_element(start, k + 1u), a_element(start, k + 2u), a_element(start, k + 3u));
}

fn b_quad(s: u32, k: u32, column: u32) -> vec4f {
  let v = load4_b((s * K + min(k, K - 1u)) * (N / 4u) + column);
  if (K % 4u == 0u) { return v; }
  return select(vec4f(), v, k < K);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let tile = (group.y * groups.x + group.x) * (8u / LANES) + thread / LANES;
  let column = tile % COLUMN_TILES * LANES + lane;
  let row = tile / COLUMN_TILES % ROW_TILES * 16u;
  let s = tile / (COLUMN_TILES * ROW_TILES);
  let s_read = min(s, BATCH - 1u);
  let column_read = min(column, N / 4u - 1u);
  var start: array<u32, 16u / LANES>;
  for (var j = 0u; j < 16u / LANES; j++) { start[j] = (s_read * M + min(row + j * LANES + lane, M - 1u)) * K; }

  var acc: array<vec4f, 16>;
  for (var k = 0u; k < K; k += 4u) {
    var a: array<vec4f, 16u / LANES>;
    for (var j = 0u; j < 16u / LANES; j++) { a[j] = a_quad(start[j], k); }
    let b = mat4x4f(
      b_quad(s_read, k, column_read), b_quad(s_read, k + 1u, column_read),
      b_quad(s_read, k + 2u, column_read), b_quad(s_read, k + 3u, column_read),
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
  }
  if (s >= BATCH || column >= N / 4u) { return; }
  for (var i = 0u; i < 16u; i++) {
    if (row + i < M) { store4_y((s * M + row + i) * (N / 4u) + column, acc[i]); }
  }
}
