// Last step of a pass of a radix sort: `order` is `sorted` by one more digit, stably. `ends` are the running sums of the counts: where
// the elements of a chunk with one digit end. An invocation places one chunk. x, sorted, order (…, count, inner); counts, ends (rows,
// DIGITS, chunks).
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.rows * size.chunks - 1u);
  let r = quotient(e, size.chunks);
  let c = e - r * size.chunks;
  let start = row_start(r);
  let end = min((c + 1u) * size.chunk, size.count);
  var next: array<u32, DIGITS>;
  for (var d = 0u; d < DIGITS; d++) {
    let at = (r * DIGITS + d) * size.chunks + c;
    next[d] = load_ends(at) - load_counts(at);
  }
  for (var k = select(end, c * size.chunk, i == e); k < end; k++) {
    let own = load_sorted(start + k * size.inner);
    let d = digit_of(sort_key(start, u32(own)));
    store_order(start + next[d] * size.inner, own);
    next[d]++;
  }
}
