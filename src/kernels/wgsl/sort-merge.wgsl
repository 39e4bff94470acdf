// Merges neighbouring sorted runs of RUN elements of each row: `sorted` holds positions in x, `order` receives them. An invocation
// finds by bisection how many elements of the other run come before its own. All (…, COUNT, INNER), SIZE elements.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, SIZE - 1u);
  let r = e / (COUNT * INNER) * INNER + e % INNER;
  let base = r / INNER * COUNT * INNER + r % INNER;
  let k = e / INNER % COUNT;
  let own = u32(load_sorted(e));
  let key = sort_key(r, own);
  let run = k / RUN;
  let first = run / 2u * 2u * RUN; // of the pair of runs
  let second = run % 2u == 1u;
  var low = min(select(first + RUN, first, second), COUNT);
  let other = low;
  var high = min(low + RUN, COUNT);
  while (low < high) {
    let middle = (low + high) / 2u;
    let middle_key = sort_key(r, u32(load_sorted(base + middle * INNER)));
    // Equal elements of the first run come before those of the second.
    let before = middle_key < key || (second && middle_key == key);
    low = select(low, middle + 1u, before);
    high = select(middle, high, before);
  }
  let place = first + k % RUN + (low - other);
  if (i < SIZE) { store_order(base + place * INNER, i32(own)); }
}
