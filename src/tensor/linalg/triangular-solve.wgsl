// x with T·x = b, where T is the lower or upper triangle of a, or its transpose. a (count, n, n), b and x (count, n, k). One workgroup
// for columns columns of x, every lanes-th row of a column to one invocation. `forward`: from the first row to the last. Row by row:
// divided by the diagonal (`unit`: which is 1), then taken off the rows that are left.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let tile = group.y * groups.x + group.x;
  if (tile >= size.count * size.tiles) { return; }
  let matrix = tile / size.tiles;
  let column = tile % size.tiles * size.columns + thread % size.columns;
  let inside = column < size.k;
  let lane = thread / size.columns;
  let x0 = matrix * size.n * size.k + column;
  let along = select(size.n, 1u, size.transposed == 1u); // from one row of T to the next
  let forward = size.forward == 1u;
  let across = select(1u, size.n, size.transposed == 1u);
  if (inside) {
    for (var r = lane; r < size.n; r += size.lanes) { x[x0 + r * size.k] = b[x0 + r * size.k]; }
  }
  for (var step = 0u; step < size.n; step++) {
    let i = select(size.n - 1u - step, step, forward);
    let column_i = matrix * size.n * size.n + i * across;
    if (size.unit == 0u && inside && lane == i % size.lanes) { x[x0 + i * size.k] = x[x0 + i * size.k] / a[column_i + i * along]; }
    storageBarrier(); // row i is there
    if (inside) {
      let value = x[x0 + i * size.k];
      for (var r = lane; r < size.n; r += size.lanes) {
        if (r != i && (r > i) == forward) { x[x0 + r * size.k] -= a[column_i + r * along] * value; }
      }
    }
  }
}
