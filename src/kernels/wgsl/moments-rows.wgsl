// Mean and Σ(x − mean)² of each column over parts of the rows. x (ROWS, COLUMNS), COLUMNS divisible by 4; mean and squares
// (PARTS, COLUMNS). An invocation takes four columns of a part: blocks of eight rows in two passes, merged by Chan's formula.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let id = (group.y * groups.x + group.x) * 64u + thread;
  let column = id % (COLUMNS / 4u);
  let part = id / (COLUMNS / 4u);
  let first = part * PART_ROWS;
  var count = 0.0;
  var mean = vec4f();
  var squares = vec4f();
  for (var block = 0u; block < PART_ROWS; block += 8u) {
    var values: array<vec4f, 8>;
    for (var i = 0u; i < 8u; i++) { values[i] = load4_x(min(first + block + i, ROWS - 1u) * (COLUMNS / 4u) + column); }
    var inside: array<f32, 8>;
    var block_count = 0.0;
    var total = vec4f();
    for (var i = 0u; i < 8u; i++) {
      inside[i] = select(0.0, 1.0, block + i < PART_ROWS && first + block + i < ROWS);
      block_count += inside[i];
      total += select(vec4f(), values[i], inside[i] > 0.0);
    }
    let block_mean = total / max(block_count, 1.0);
    var block_squares = vec4f();
    for (var i = 0u; i < 8u; i++) {
      let deviation = select(vec4f(), values[i] - block_mean, inside[i] > 0.0);
      block_squares += deviation * deviation;
    }
    let share = block_count / max(count + block_count, 1.0);
    let delta = block_mean - mean;
    mean += delta * share;
    squares += block_squares + delta * delta * (count * share);
    count += block_count;
  }
  if (part < PARTS) {
    store4_mean(id, mean);
    store4_squares(id, squares);
  }
}
