// lu = L below the diagonal, whose own diagonal is 1, and U from it on, of the rows of a in the order `permutation`: L·U = a[permutation].
// a, lu (count, n, n), permutation (count, n). One workgroup per matrix. Step by step: the largest element of a column becomes the pivot, the first
// of equal ones, any number before NaN; its row changes places; its multiples are taken off the rows below. A zero pivot is left
// alone, with what is below it.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> lu: array<f32>;
@group(0) @binding(2) var<storage, read_write> permutation: array<i32>;

var<workgroup> largest: array<f32, 64>;
var<workgroup> place: array<u32, 64>;

// |x|, and -1 for NaN, by the bits.
fn rank(x: f32) -> f32 { return select(abs(x), -1.0, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let matrix = group.y * groups.x + group.x;
  if (matrix >= size.count) { return; }
  let start = matrix * size.n * size.n;
  for (var e = thread; e < size.n * size.n; e += 64u) { lu[start + e] = a[start + e]; }
  for (var i = thread; i < size.n; i += 64u) { permutation[matrix * size.n + i] = i32(i); }
  storageBarrier(); // the copy is there
  for (var k = 0u; k < size.n; k++) {
    largest[thread] = -2.0;
    place[thread] = size.n;
    for (var i = k + thread; i < size.n; i += 64u) {
      let own = rank(lu[start + i * size.n + k]);
      if (own > largest[thread]) {
        largest[thread] = own;
        place[thread] = i;
      }
    }
    workgroupBarrier(); // every invocation has its candidate
    var best = largest[0];
    var p = place[0];
    for (var other = 1u; other < 64u; other++) {
      if (largest[other] > best || (largest[other] == best && place[other] < p)) {
        best = largest[other];
        p = place[other];
      }
    }
    for (var j = thread; j < size.n; j += 64u) {
      let upper = lu[start + p * size.n + j];
      lu[start + p * size.n + j] = lu[start + k * size.n + j];
      lu[start + k * size.n + j] = upper;
    }
    if (thread == 0u) {
      let row = permutation[matrix * size.n + p];
      permutation[matrix * size.n + p] = permutation[matrix * size.n + k];
      permutation[matrix * size.n + k] = row;
    }
    storageBarrier(); // the rows have changed places
    let pivot = lu[start + k * size.n + k];
    for (var i = k + 1u + thread; i < size.n; i += 64u) {
      if (pivot != 0.0) { lu[start + i * size.n + k] = lu[start + i * size.n + k] / pivot; }
    }
    storageBarrier(); // the multiples are there
    for (var i = k + 1u + thread / 8u; i < size.n; i += 8u) {
      let multiple = lu[start + i * size.n + k];
      for (var j = k + 1u + thread % 8u; j < size.n; j += 8u) { lu[start + i * size.n + j] -= multiple * lu[start + k * size.n + j]; }
    }
    storageBarrier(); // the rest is ready for the next step
  }
}
