// y[i] = f(a[i], b[i], …): one fused elementwise expression, several outputs.
// An invocation computes one column, a group of neighbouring elements, in rows that lie row_step apart, so that
// neighbouring invocations touch neighbouring memory and what depends on the column alone is loaded once.
// Generated: column_of(id), row_of(id); elements(column, row) computes and stores the rows row, row + row_step, … below rows.
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (group.y * groups.x + group.x) * 64u + lane;
  if (id < size.columns * size.row_step) {
    elements(column_of(id), row_of(id));
  }
}
