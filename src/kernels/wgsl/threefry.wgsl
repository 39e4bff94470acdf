// (high[i], low[i]) = the Threefry block of counter (0, first + i). key (2), first (), high, low (COUNT). One invocation a block.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let block = threefry_block(vec2u(load_key(0u), load_key(1u)), vec2u(0u, load_first(0u) + i));
  if (i < COUNT) {
    store_high(i, block.x);
    store_low(i, block.y);
  }
}
