// Mean and biased variance of each column from its parts' means and sums of squares, by Chan's formula, in a fixed order.
// part_mean, part_squares (parts, columns), mean, variance (columns). THREADS invocations a column, a power of two up to 64.

var<workgroup> merged: array<vec3f, 64>; // count, mean, squares

fn merge(a: vec3f, b: vec3f) -> vec3f {
  let share = b.x / max(a.x + b.x, 1.0);
  let delta = b.y - a.y;
  return vec3f(a.x + b.x, a.y + delta * share, a.z + b.z + delta * delta * (a.x * share));
}

// Parts are runs of part_rows rows, or, where that is 0, every parts-th row.
fn rows_of(part: u32) -> f32 {
  if (size.part_rows > 0u) { return f32(min(size.part_rows, size.rows - part * size.part_rows)); }
  return f32(quotient(size.rows - part + size.parts - 1u, size.parts));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = (group.y * groups.x + group.x) * (64u / THREADS) + thread / THREADS;
  var total = vec3f();
  for (var part = thread % THREADS; part < size.parts; part += THREADS) {
    let i = part * size.columns + min(column, size.columns - 1u);
    total = merge(total, vec3f(rows_of(part), load_part_mean(i), load_part_squares(i)));
  }
  if (THREADS > 1u) {
    merged[thread] = total;
    for (var step = THREADS / 2u; step > 0u; step /= 2u) {
      workgroupBarrier(); // both halves are written before one reads the other
      if (thread % THREADS < step) { merged[thread] = merge(merged[thread], merged[thread + step]); }
    }
    total = merged[thread]; // its own last write
  }
  if (thread % THREADS == 0u && column < size.columns) {
    store_mean(column, total.y);
    store_variance(column, total.z / total.x);
  }
}
