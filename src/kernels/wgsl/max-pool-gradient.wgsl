// dx = Σ of g over the windows whose first maximum the pixel is. x, dx (N, H, W, C), g (N, OH, OW, C), SIZE elements of dx.
// One invocation an element of dx: it finds the maximum of each window that holds it again, in a fixed order.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let channel = e % C;
  let x = i32(e / C % W) + LEFT;
  let y = i32(e / (C * W) % H) + TOP;
  let n = e / (C * W * H);
  // windows r with r·stride ≤ y < r·stride + size
  let last_r = min(y / STRIDE_H, i32(OH) - 1);
  let last_q = min(x / STRIDE_W, i32(OW) - 1);
  var total = 0.0;
  for (var r = max(0, (y - SIZE_H + STRIDE_H) / STRIDE_H); r <= last_r; r++) {
    for (var q = max(0, (x - SIZE_W + STRIDE_W) / STRIDE_W); q <= last_q; q++) {
      let wins = first_maximum(n, u32(r), u32(q), channel) == e;
      total += select(0.0, load_g(((n * OH + u32(r)) * OW + u32(q)) * C + channel), wins);
    }
  }
  if (i < SIZE) { store_dx(i, total); }
}
