// y = x, four neighbouring elements a load: the bytes that the adapter moves when nothing is computed. x, y (SIZE), SIZE divisible
// by 4·EACH; an invocation copies EACH quads that lie SIZE / (4·EACH) apart, so that neighbours touch neighbouring memory.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let id = (group.y * groups.x + group.x) * 64u + thread;
  let step = SIZE / (4u * EACH);
  if (id >= step) { return; }
  for (var k = 0u; k < EACH; k++) { store4_y(id + k * step, load4_x(id + k * step)); }
}
