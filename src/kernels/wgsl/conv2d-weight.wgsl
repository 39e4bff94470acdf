// w = Σ over pixels of x ⊗ g, one part of the pixels a workgroup (conv2d-weight-window.wgsl has the geometry), any channel counts.
// 16 × 4·QUADS invocations share 16 pixels × 64 rows of x and 16 pixels × 16·QUADS channels of g in workgroup memory; each
// computes 4 rows × 4 channels. w (SPLIT, ROWS, K).

var<workgroup> x_tile: array<vec4f, 256>; // [pixel][row / 4]
var<workgroup> g_tile: array<vec4f, 64u * QUADS>; // [pixel][channel / 4]

@compute @workgroup_size(64u * QUADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = workgroup.y * workgroups.x + workgroup.x;
  let column = tile % COLUMN_TILES * 16u * QUADS;
  let r = tile / COLUMN_TILES % ROW_TILES * 64u;
  let group = tile / (COLUMN_TILES * ROW_TILES) % GROUPS;
  let part = tile / (COLUMN_TILES * ROW_TILES * GROUPS);
  if (part >= SPLIT) { return; } // the fold's spare workgroups, whole ones
  let end = min((part + 1u) * PART, PIXELS);
  let across = thread % (4u * QUADS);
  let down = thread / (4u * QUADS);

  var acc: array<vec4f, 4>;
  for (var step = 0u; step < PART; step += 16u) {
    let p = part * PART + step;
    for (var t = thread; t < 256u; t += 64u * QUADS) { x_tile[t] = x_quad(corner_of(p + t / 16u, end), r + t % 16u * 4u, group); }
    for (var t = thread; t < 64u * QUADS; t += 64u * QUADS) {
      g_tile[t] = g_quad(p + t / (4u * QUADS), end, group, column + t % (4u * QUADS) * 4u);
    }
    workgroupBarrier(); // the tiles are whole before they are read
    for (var i = 0u; i < 16u; i++) {
      let x = x_tile[i * 16u + down];
      let g = g_tile[i * 4u * QUADS + across];
      acc[0] += x.x * g;
      acc[1] += x.y * g;
      acc[2] += x.z * g;
      acc[3] += x.w * g;
    }
    workgroupBarrier(); // all have read before the next tiles are written
  }
  let e = column + across * 4u;
  for (var i = 0u; i < 4u; i++) {
    let row = r + down * 4u + i;
    for (var l = 0u; l < 4u; l++) {
      if (row < ROWS && e + l < WIDTH) { store_w((part * ROWS + row) * K + group * WIDTH + e + l, acc[i][l]); }
    }
  }
}
