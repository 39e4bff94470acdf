// First step of a pass of a radix sort: counts[r, d, c] = elements with digit d in chunk c of row r. An invocation counts one chunk of
// `chunk` elements. x and `sorted`, the order by the digits so far, (…, count, inner); counts (rows, DIGITS, chunks).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.rows * size.chunks - 1u);
  let r = quotient(e, size.chunks);
  let c = e - r * size.chunks;
  let start = row_start(r);
  let end = min((c + 1u) * size.chunk, size.count);
  var counts: array<u32, DIGITS>;
  for (var k = c * size.chunk; k < end; k++) {
    counts[digit_of(sort_key(start, u32(load_sorted(start + k * size.inner))))]++;
  }
  if (i == e) {
    for (var d = 0u; d < DIGITS; d++) { store_counts((r * DIGITS + d) * size.chunks + c, counts[d]); }
  }
}
