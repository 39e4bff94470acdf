// total[column] = combine over rows of f(column, row), for rows that lie together in memory.
// One subgroup of LANES lanes takes rows_per_chunk rows of one column; its lanes stride through them and meet in a fixed
// tree of shuffles, which on software adapters costs a quarter of the barriers of workgroup memory.
// Generated: Partial, accumulate(column, first, end, step), merge(a, b), shuffled(total, mask), store_partial(total, column, chunk).
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = group.y * groups.x + group.x;
  let chunk = quotient(id, size.columns);
  let column = id - chunk * size.columns;
  let end = min((chunk + 1u) * size.rows_per_chunk, size.rows);
  var total = accumulate(column, chunk * size.rows_per_chunk + lane, end, LANES);
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    total = merge(total, shuffled(total, half));
  }
  if (lane == 0u && chunk < size.chunks) {
    store_partial(total, column, chunk);
  }
}
