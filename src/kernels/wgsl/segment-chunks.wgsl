// Segment sums, first step: y[o, c, j] = Σ of the slices of chunk c of the order, where all of them are of one segment; other chunks are
// left out. So a long segment is summed by many invocations, and none of its sums has many terms. y (…, chunks, inner), whole chunks.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.outer * size.chunks * size.inner - 1u);
  let row = quotient(e, size.inner);
  let j = e - row * size.inner;
  let o = quotient(row, size.chunks);
  let first = (row - o * size.chunks) * size.chunk;
  let last = first + size.chunk - 1u;
  let is_one = index_of(o, slice_at(o, first, j), j) == index_of(o, slice_at(o, last, j), j);
  var total = y_t();
  for (var p = select(last + 1u, first, is_one); p <= last; p++) { total += term(o, slice_at(o, p, j), j); }
  if (i == e && is_one) { store_y(e, total); }
}
