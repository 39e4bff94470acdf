// q (count, n, m) with orthonormal columns and r (count, m, m), upper triangular with no negative number on the diagonal: q·r = a, (count, n, m),
// n >= m. By Householder's reflections 1 - v·vᵀ, |v|² = 2. One workgroup per matrix, every 64th column to one invocation. The vectors v
// lie in q's columns, from the diagonal on, until these are computed from the last to the first. NaN throughout where an element is not
// finite.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> q: array<f32>;
@group(0) @binding(2) var<storage, read_write> r: array<f32>;

var<workgroup> largest: atomic<u32>;
var<workgroup> parts: array<f32, 64>;

// Not a constant expression, of which WGSL refuses NaN.
fn float_bits(bits: u32) -> f32 { return bitcast<f32>(bits); }

fn largest_of(own: f32, thread: u32) -> f32 {
  parts[thread] = own;
  workgroupBarrier(); // every part is there
  var most = 0.0;
  for (var i = 0u; i < 64u; i++) { most = max(most, parts[i]); }
  workgroupBarrier(); // every part is read
  return most;
}

fn sum_of(own: f32, thread: u32) -> f32 {
  parts[thread] = own;
  workgroupBarrier(); // every part is there
  var total = 0.0;
  for (var i = 0u; i < 64u; i++) { total += parts[i]; }
  workgroupBarrier(); // every part is read
  return total;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let matrix = group.y * groups.x + group.x;
  if (matrix >= size.count) { return; }
  let q0 = matrix * size.n * size.m;
  let r0 = matrix * size.m * size.m;
  for (var e = thread; e < size.n * size.m; e += 64u) { atomicMax(&largest, bitcast<u32>(a[q0 + e]) & 0x7fffffffu); }
  workgroupBarrier(); // the largest element is known
  let bits = atomicLoad(&largest);
  let exponent = clamp(bits & 0x7f800000u, 0x01000000u, 0x7e800000u); // scaled by a power of two, which loses nothing
  let scale = bitcast<f32>(exponent);
  for (var e = thread; e < size.n * size.m; e += 64u) { q[q0 + e] = a[q0 + e] * bitcast<f32>(0x7f000000u - exponent); }
  storageBarrier(); // the copy is there
  for (var k = 0u; k < size.m; k++) {
    var most = 0.0;
    for (var i = k + thread; i < size.n; i += 64u) { most = max(most, abs(q[q0 + i * size.m + k])); }
    most = largest_of(most, thread);
    let unit = select(most, 1.0, most == 0.0);
    var squares = 0.0;
    for (var i = k + thread; i < size.n; i += 64u) {
      let y = q[q0 + i * size.m + k] / unit;
      squares += y * y;
    }
    let head = q[q0 + k * size.m + k] / unit;
    let norm = sqrt(sum_of(squares, thread));
    let side = select(-1.0, 1.0, head >= 0.0);
    let factor = select(1.0 / sqrt(norm * (norm + abs(head))), 0.0, most == 0.0);
    for (var i = k + thread; i < size.n; i += 64u) {
      q[q0 + i * size.m + k] = (q[q0 + i * size.m + k] / unit + select(0.0, side * norm, i == k)) * factor;
    }
    let flip = select(-side, 1.0, most == 0.0);
    if (thread == 0u) { r[r0 + k * size.m + k] = norm * unit * scale; }
    for (var j = k + 1u + thread; j < size.m; j += 64u) { r[r0 + j * size.m + k] = 0.0; }
    storageBarrier(); // the vector is there
    for (var j = k + 1u + thread; j < size.m; j += 64u) {
      var along = 0.0;
      for (var i = k; i < size.n; i++) { along += q[q0 + i * size.m + k] * q[q0 + i * size.m + j]; }
      for (var i = k; i < size.n; i++) { q[q0 + i * size.m + j] -= along * q[q0 + i * size.m + k]; }
      r[r0 + k * size.m + j] = flip * q[q0 + k * size.m + j] * scale;
    }
    storageBarrier(); // the other columns are reflected
  }
  for (var step = 0u; step < size.m; step++) {
    let k = size.m - 1u - step;
    let v = q[q0 + k * size.m + k];
    let flip = select(select(1.0, -1.0, v > 0.0), 1.0, v == 0.0);
    for (var j = k + 1u + thread; j < size.m; j += 64u) { // above row k + 1 column j of the product so far is 0
      var along = 0.0;
      for (var i = k + 1u; i < size.n; i++) { along += q[q0 + i * size.m + k] * q[q0 + i * size.m + j]; }
      q[q0 + k * size.m + j] = -along * v;
      for (var i = k + 1u; i < size.n; i++) { q[q0 + i * size.m + j] -= along * q[q0 + i * size.m + k]; }
    }
    storageBarrier(); // the vector is no longer needed, but for its own column
    for (var i = k + thread; i < size.n; i += 64u) { q[q0 + i * size.m + k] = flip * (select(0.0, 1.0, i == k) - v * q[q0 + i * size.m + k]); }
    storageBarrier(); // column k is there
  }
  if (bits >= 0x7f800000u) {
    for (var e = thread; e < size.n * size.m; e += 64u) { q[q0 + e] = float_bits(0x7fc00000u); }
    for (var e = thread; e < size.m * size.m; e += 64u) { r[r0 + e] = float_bits(0x7fc00000u); }
  }
}
