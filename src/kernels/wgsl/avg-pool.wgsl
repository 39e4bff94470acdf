// y = Σ over each window of x / (SIZE_H·SIZE_W); padding counts as zeros. x (N, H, W, C), y (N, OH, OW, C), SIZE elements.
// One invocation an element of y.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let left = i32(e / C % OW) * STRIDE_W - LEFT;
  let top = i32(e / (C * OW) % OH) * STRIDE_H - TOP;
  let n = e / (C * OW * OH);
  let last_y = min(top + SIZE_H, i32(H));
  let last_x = min(left + SIZE_W, i32(W));
  var total = 0.0;
  for (var y = max(0, top); y < last_y; y++) {
    for (var x = max(0, left); x < last_x; x++) { total += load_x(((n * H + u32(y)) * W + u32(x)) * C + e % C); }
  }
  if (i < SIZE) { store_y(i, total / f32(SIZE_H * SIZE_W)); }
}
