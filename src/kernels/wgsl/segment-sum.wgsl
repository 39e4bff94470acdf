// Segment sums, last step: y[o, s, j] = Σ of the slices of x whose index is s, in their order, whole chunks by the sums of
// segment-chunks.wgsl. y (…, n, inner) holds zeros before: the invocation of a segment's first slice sums it, the others have nothing
// to do. Chunks' sums are added in groups of `chunk`, so that no sum has many terms.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = (group.y * groups.x + group.x) * 64u + thread;
  let e = min(i, size.outer * size.count * size.inner - 1u);
  let row = quotient(e, size.inner);
  let j = e - row * size.inner;
  let o = quotient(row, size.count);
  let p = row - o * size.count;
  let k = slice_at(o, p, j);
  let index = index_of(o, k, j);
  let is_first = p == 0u || index_of(o, slice_at(o, max(p, 1u) - 1u, j), j) != index;
  if (i != e || !is_first || index < 0 || u32(index) >= size.n) { return; }
  var total = y_t();
  var group_total = y_t(); // of whole chunks
  var at = p;
  while (at < size.count) {
    let chunk = quotient(at, size.chunk);
    let last = (chunk + 1u) * size.chunk - 1u;
    if (at == chunk * size.chunk && last < size.count && index_of(o, slice_at(o, last, j), j) == index) {
      group_total += load_sums((o * size.chunks + chunk) * size.inner + j);
      if (rest_of(chunk, size.chunk) == 0u) {
        total += group_total;
        group_total = y_t();
      }
      at += size.chunk;
    } else {
      let slice = slice_at(o, at, j);
      if (index_of(o, slice, j) != index) { break; }
      total += term(o, slice, j);
      at++;
    }
  }
  store_y((o * size.n + u32(index)) * size.inner + j, total + group_total);
}
