// w = Σ over pixels of x ⊗ g, one part of the pixels a tile (conv2d-weight-window.wgsl has the geometry). A quad of lanes
// computes 16 rows × 16 channels: each lane loads x at one of four pixels and broadcasts it. w (SPLIT, ROWS, K); WIDTH divisible by 4.

// acc[r] += Σ over the quad's pixels of x[pixel][r] · g[pixel], for the rows 4m … 4m+3: lane l holds v = x at pixel l.
fn add_pixels(acc: ptr<function, array<vec4f, 16>>, m: u32, v: vec4f, g: mat4x4f) {
  let rows = transpose(mat4x4f(quadBroadcast(v, 0u), quadBroadcast(v, 1u), quadBroadcast(v, 2u), quadBroadcast(v, 3u)));
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
  let lane = thread % 4u;
  let tile = (workgroup.y * workgroups.x + workgroup.x) * 2u + thread / 4u;
  let e = (tile % COLUMN_TILES * 4u + lane) * 4u;
  let e_read = min(e, WIDTH - 4u); // hoisted by hand: software adapters' compilers do not
  let r = tile / COLUMN_TILES % ROW_TILES * 16u;
  let group = tile / (COLUMN_TILES * ROW_TILES) % GROUPS;
  let part = tile / (COLUMN_TILES * ROW_TILES * GROUPS);
  let row = row_of(r, group);
  let first = min(part, SPLIT - 1u) * PART;
  let end = min(first + PART, PIXELS);

  var acc: array<vec4f, 16>;
  for (var step = 0u; step < PART; step += 4u) {
    let p = first + step;
    let corner = corner_of(p + lane, end);
    let x = x_rows(corner, row, r, group);
    let g = g_block(p, end, group, e_read);
    // Written out: a loop that a compiler leaves alone would keep the sums in memory.
    add_pixels(&acc, 0u, x[0], g);
    add_pixels(&acc, 1u, x[1], g);
    add_pixels(&acc, 2u, x[2], g);
    add_pixels(&acc, 3u, x[3], g);
  }
  if (e >= WIDTH || part >= SPLIT) { return; }
  for (var i = 0u; i < 16u; i++) {
    if (r + i < ROWS) { store4_w(((part * ROWS + r + i) * K + group * WIDTH + e) / 4u, acc[i]); }
  }
}
