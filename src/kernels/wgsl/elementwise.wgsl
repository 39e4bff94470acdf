// y[i] = f(a[i], b[i], …): one fused elementwise expression, several outputs.
// Each invocation computes UNROLL groups of elements, a workgroup apart so that neighbours stay together.
// Generated: element(i) loads, computes and stores group i of 0 … COUNT-1.
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (group.y * groups.x + group.x) * 64u * UNROLL + lane;
  for (var k = 0u; k < UNROLL; k++) {
    let i = first + k * 64u;
    if (i < COUNT) {
      element(i);
    }
  }
}
