// dx = Σ of g over the windows that hold the pixel / (SIZE_H·SIZE_W). g (N, OH, OW, C), dx (N, H, W, C), SIZE elements of dx.
// One invocation an element of dx.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let x = i32(e / C % W) + LEFT;
  let y = i32(e / (C * W) % H) + TOP;
  let n = e / (C * W * H);
  // windows r with r·stride ≤ y < r·stride + size
  let last_r = min(y / STRIDE_H, i32(OH) - 1);
  let last_q = min(x / STRIDE_W, i32(OW) - 1);
  var total = 0.0;
  for (var r = max(0, (y - SIZE_H + STRIDE_H) / STRIDE_H); r <= last_r; r++) {
    for (var q = max(0, (x - SIZE_W + STRIDE_W) / STRIDE_W); q <= last_q; q++) {
      total += load_g(((n * OH + u32(r)) * OW + u32(q)) * C + e % C);
    }
  }
  if (i < SIZE) { store_dx(i, total / f32(SIZE_H * SIZE_W)); }
}
