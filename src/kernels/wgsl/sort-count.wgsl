// order = positions that sort each row of x, stably, for short rows: an invocation counts the elements that come before its own, and
// that is its place. With SORTED false, just the positions as they are. x, order (…, count, inner), rows · count elements.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.rows * size.count - 1u);
  let r = quotient(e, size.count);
  let k = e - r * size.count;
  let start = row_start(r);
  var place = k;
  if (SORTED) {
    let key = sort_key(start, k);
    place = 0u;
    for (var other = 0u; other < size.count; other++) {
      let other_key = sort_key(start, other);
      place += select(0u, 1u, other_key < key || (other_key == key && other < k));
    }
  }
  if (i < size.rows * size.count) { store_order(start + place * size.inner, i32(k)); }
}
