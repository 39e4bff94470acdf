// total[column] = combine over rows of f(column, row): several reductions of one iteration space at once.
// One invocation walks rows_per_chunk rows of one column (or four); chunks are combined by a second dispatch.
// Generated: Partial, accumulate(column, first, end, step), store_partial(total, column, chunk).
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.y * groups.x + group.x) * 64u + lane;
  let chunk = quotient(id, size.columns);
  let column = id - chunk * size.columns;
  if (chunk < size.chunks) {
    let end = min((chunk + 1u) * size.rows_per_chunk, size.rows);
    store_partial(accumulate(column, chunk * size.rows_per_chunk, end, 1u), column, chunk);
  }
}
