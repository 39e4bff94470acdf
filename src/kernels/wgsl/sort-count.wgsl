// order = positions that sort each block of BLOCK elements of each row of x, stably. An invocation counts the elements of its
// block that come before its own: that is its place. x, order (…, COUNT, INNER), SIZE elements.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let r = e / (COUNT * INNER) * INNER + e % INNER;
  let k = e / INNER % COUNT;
  let key = sort_key(r, k);
  let first = k / BLOCK * BLOCK;
  var place = first;
  for (var other = first; other < min(first + BLOCK, COUNT); other++) {
    let other_key = sort_key(r, other);
    place += select(0u, 1u, other_key < key || (other_key == key && other < k));
  }
  if (i < SIZE) { store_order((r / INNER * COUNT + place) * INNER + r % INNER, i32(k)); }
}
