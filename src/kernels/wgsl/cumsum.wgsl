// y[o, k, j] = Σ of x[o, l, j] over l ≤ k, or l ≥ k where REVERSE. x, y (…, COUNT, INNER), ROWS pairs (o, j). THREADS invocations
// of a workgroup share a row, a stretch of CHUNK elements each: they sum it, add up the stretches before it, then write.

var<workgroup> sums: array<y_t, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = (group.y * groups.x + group.x) * (64u / THREADS) + thread / THREADS;
  let r = min(row, ROWS - 1u);
  let base = r / INNER * COUNT * INNER + r % INNER;
  let part = thread % THREADS;
  let end = min((part + 1u) * CHUNK, COUNT);
  var total = y_t();
  if (THREADS > 1u) {
    for (var k = part * CHUNK; k < end; k++) { total += load_x(base + select(k, COUNT - 1u - k, REVERSE) * INNER); }
    sums[thread] = total;
    workgroupBarrier(); // every stretch is summed before others add it
    total = y_t();
    for (var before = thread - part; before < thread; before++) { total += sums[before]; }
  }
  for (var k = part * CHUNK; k < end; k++) {
    let at = base + select(k, COUNT - 1u - k, REVERSE) * INNER;
    total += load_x(at);
    if (row < ROWS) { store_y(at, total); }
  }
}
