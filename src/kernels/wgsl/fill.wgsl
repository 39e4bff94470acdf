// y = the value with the bits BITS: the result of a reduction over nothing. y (SIZE).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  var bits = BITS; // no constant: constants may not be NaN
  if (i < SIZE) { store_y(i, bitcast<y_t>(bits)); }
}
