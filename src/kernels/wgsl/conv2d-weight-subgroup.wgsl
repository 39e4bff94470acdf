// w = Σ over pixels of x ⊗ g, one part of the pixels a tile (conv2d-weight-window.wgsl has the geometry). LANES lanes compute
// 16 rows × 4·LANES channels: each lane loads x at one of LANES pixels and broadcasts it. w (SPLIT, ROWS, K); WIDTH divisible by 4.

// acc[r] += Σ over four pixels of s[pixel][r] · g[pixel].
fn add_four(acc: ptr<function, array<vec4f, 16>>, m: u32, s: mat4x4f, g: mat4x4f) {
  let rows = transpose(s);
  (*acc)[4u * m] += g * rows[0];
  (*acc)[4u * m + 1u] += g * rows[1];
  (*acc)[4u * m + 2u] += g * rows[2];
  (*acc)[4u * m + 3u] += g * rows[3];
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let tile = (workgroup.y * workgroups.x + workgroup.x) * (8u / LANES) + thread / LANES;
  let e = (tile % COLUMN_TILES * LANES + lane) * 4u;
  let r = tile / COLUMN_TILES % ROW_TILES * 16u;
  let group = tile / (COLUMN_TILES * ROW_TILES) % GROUPS;
  let part = tile / (COLUMN_TILES * ROW_TILES * GROUPS);
  let end = min((part + 1u) * PART, PIXELS);

  var acc: array<vec4f, 16>;
  for (var step = 0u; step < PART; step += LANES) {
    let p = part * PART + step;
    let corner = corner_of(p + lane, end);
    var x: array<vec4f, 4>;
    for (var m = 0u; m < 4u; m++) { x[m] = x_quad(corner, r + 4u * m, group); }
    let low = mat4x4f(g_quad(p, end, group, e), g_quad(p + 1u, end, group, e), g_quad(p + 2u, end, group, e), g_quad(p + 3u, end, group, e));
    if (LANES == 4u) {
      for (var m = 0u; m < 4u; m++) {
        let v = x[m];
        add_four(&acc, m, mat4x4f(quadBroadcast(v, 0u), quadBroadcast(v, 1u), quadBroadcast(v, 2u), quadBroadcast(v, 3u)), low);
      }
    } else {
      let high = mat4x4f(g_quad(p + 4u, end, group, e), g_quad(p + 5u, end, group, e), g_quad(p + 6u, end, group, e), g_quad(p + 7u, end, group, e));
      for (var m = 0u; m < 4u; m++) {
        let v = x[m];
        add_four(&acc, m, mat4x4f(subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u)), low);
        add_four(&acc, m, mat4x4f(subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u)), high);
      }
    }
  }
  if (e >= WIDTH || part >= SPLIT) { return; }
  for (var i = 0u; i < 16u; i++) {
    if (r + i < ROWS) { store4_w(((part * ROWS + r + i) * K + group * WIDTH + e) / 4u, acc[i]); }
  }
}
