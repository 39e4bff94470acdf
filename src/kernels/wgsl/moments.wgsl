// Mean and Σ(x − mean)² over any axes, by parts. Element (row, column) of x lies at Σ coordinate·stride over the reduced axes (row's
// coordinates) and the kept axes (column's); mean and squares (PARTS, COLUMNS). One invocation a part of a column: blocks of eight
// rows in two passes, merged by Chan's formula. Part p has rows p, p + PARTS, …, so that neighbours read neighbours of a reduced last axis.

fn row_offset(row: u32) -> u32 {
  var rest = row;
  var offset = 0u;
  for (var axis = 0u; axis < REDUCED_RANK; axis++) {
    offset += rest % REDUCED_SIZES[axis] * REDUCED_STRIDES[axis];
    rest /= REDUCED_SIZES[axis];
  }
  return offset;
}

fn column_offset(column: u32) -> u32 {
  var rest = column;
  var offset = 0u;
  for (var axis = 0u; axis < KEPT_RANK; axis++) {
    offset += rest % KEPT_SIZES[axis] * KEPT_STRIDES[axis];
    rest /= KEPT_SIZES[axis];
  }
  return offset;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let id = (group.y * groups.x + group.x) * 64u + thread;
  let part = select(id / COLUMNS, id % PARTS, PARTS_FIRST);
  let column = select(id % COLUMNS, id / PARTS, PARTS_FIRST);
  let base = column_offset(min(column, COLUMNS - 1u));
  var count = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  for (var row = part; row < ROWS; row += 8u * PARTS) {
    var values: array<f32, 8>;
    for (var i = 0u; i < 8u; i++) { values[i] = load_x(base + row_offset(min(row + i * PARTS, ROWS - 1u))); }
    let block_count = f32(min(8u, (ROWS - row + PARTS - 1u) / PARTS));
    var total = 0.0;
    for (var i = 0u; i < 8u; i++) { total += select(0.0, values[i], row + i * PARTS < ROWS); }
    let block_mean = total / block_count;
    var block_squares = 0.0;
    for (var i = 0u; i < 8u; i++) {
      let deviation = select(0.0, values[i] - block_mean, row + i * PARTS < ROWS);
      block_squares += deviation * deviation;
    }
    let share = block_count / (count + block_count);
    let delta = block_mean - mean;
    mean += delta * share;
    squares += block_squares + delta * delta * (count * share);
    count += block_count;
  }
  if (id < PARTS * COLUMNS) {
    store_mean(part * COLUMNS + column, mean);
    store_squares(part * COLUMNS + column, squares);
  }
}
