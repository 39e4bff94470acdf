// Mean and Σ(x − mean)² of each column over parts of the rows. x (rows, columns), columns = 4 · quads; mean and squares
// (parts, columns). An invocation takes four columns of a part: blocks of eight rows in two passes, merged by Chan's formula.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let id = (group.y * groups.x + group.x) * 64u + thread;
  let part = quotient(id, size.quads);
  let column = id - part * size.quads;
  let first = part * size.part_rows;
  var count = 0.0;
  var mean = vec4f();
  var squares = vec4f();
  var block = 0u;
  loop {
    var values: array<vec4f, 8>;
    for (var i = 0u; i < 8u; i++) { values[i] = load4_x(min(first + block + i, size.rows - 1u) * size.quads + column); }
    var inside: array<f32, 8>;
    var block_count = 0.0;
    var total = vec4f();
    for (var i = 0u; i < 8u; i++) {
      inside[i] = select(0.0, 1.0, block + i < size.part_rows && first + block + i < size.rows);
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
    continuing { block += 8u; break if block >= size.part_rows; }
  }
  if (part < size.parts) {
    store4_mean(id, mean);
    store4_squares(id, squares);
  }
}
