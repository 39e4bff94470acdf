// x with T·x = b, where T is the lower or upper triangle of a, or its transpose. a (COUNT, N, N), b and x (COUNT, N, K). One workgroup
// for COLUMNS columns of x, every LANES-th row of a column to one invocation. FORWARD: from the first row to the last. Row by row:
// divided by the diagonal (UNIT: which is 1), then taken off the rows that are left.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let tile = group.y * groups.x + group.x;
  if (tile >= COUNT * TILES) { return; }
  let matrix = tile / TILES;
  let column = tile % TILES * COLUMNS + thread % COLUMNS;
  let inside = column < K;
  let lane = thread / COLUMNS;
  let x0 = matrix * N * K + column;
  let along = select(N, 1u, TRANSPOSE); // from one row of T to the next
  let across = select(1u, N, TRANSPOSE);
  if (inside) {
    for (var r = lane; r < N; r += LANES) { x[x0 + r * K] = b[x0 + r * K]; }
  }
  for (var step = 0u; step < N; step++) {
    let i = select(N - 1u - step, step, FORWARD);
    let column_i = matrix * N * N + i * across;
    if (!UNIT && inside && lane == i % LANES) { x[x0 + i * K] = x[x0 + i * K] / a[column_i + i * along]; }
    storageBarrier(); // row i is there
    if (inside) {
      let value = x[x0 + i * K];
      for (var r = lane; r < N; r += LANES) {
        if (r != i && (r > i) == FORWARD) { x[x0 + r * K] -= a[column_i + r * along] * value; }
      }
    }
  }
}
