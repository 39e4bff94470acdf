// 16 independent chains acc ← acc · scale + shift in registers: what the adapter computes when nothing waits for memory.
// factors (8): scale and shift, four each. y (4) is written only for a total that does not occur, so that the chains are
// needed but move no bytes. 128 · ROUNDS operations an invocation; four steps a round, or the loop itself would count.
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  let scale = load4_factors(0u);
  let shift = load4_factors(1u);
  var a = vec4f(f32(thread));
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  for (var round = 0u; round < ROUNDS; round++) {
    a = a * scale + shift; b = b * scale + shift; c = c * scale + shift; d = d * scale + shift;
    a = a * scale + shift; b = b * scale + shift; c = c * scale + shift; d = d * scale + shift;
    a = a * scale + shift; b = b * scale + shift; c = c * scale + shift; d = d * scale + shift;
    a = a * scale + shift; b = b * scale + shift; c = c * scale + shift; d = d * scale + shift;
  }
  let total = a + b + c + d;
  if (total.x == -1.0) { store4_y(0u, total); }
}
