// total[column] = combine over rows of f(column, row), for rows that lie together in memory.
// One workgroup takes rows_per_chunk rows of one column; its lanes stride through them and meet in a fixed tree.
// Generated: Partial, accumulate(column, first, end, step), merge(a, b), store_partial(total, column, chunk).
var<workgroup> partials: array<Partial, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = group.y * groups.x + group.x;
  let chunk = quotient(id, size.columns);
  let column = id - chunk * size.columns;
  let end = min((chunk + 1u) * size.rows_per_chunk, size.rows);
  partials[lane] = accumulate(column, chunk * size.rows_per_chunk + lane, end, 64u);
  workgroupBarrier(); // every lane's total is there
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (lane < half) {
      partials[lane] = merge(partials[lane], partials[lane + half]);
    }
    workgroupBarrier(); // this level is merged before the next reads it
  }
  if (lane == 0u && chunk < size.chunks) {
    store_partial(partials[0], column, chunk);
  }
}
