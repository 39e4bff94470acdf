// lu = L below the diagonal, whose own diagonal is 1, and U from it on, of the rows of a in the order `permutation`: L·U = a[permutation].
// a, lu (COUNT, N, N), permutation (COUNT, N). One workgroup a matrix. Step by step: the largest element of a column becomes the pivot, the first
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
  if (matrix >= COUNT) { return; }
  let start = matrix * N * N;
  for (var e = thread; e < N * N; e += 64u) { lu[start + e] = a[start + e]; }
  for (var i = thread; i < N; i += 64u) { permutation[matrix * N + i] = i32(i); }
  storageBarrier(); // the copy is there
  for (var k = 0u; k < N; k++) {
    largest[thread] = -2.0;
    place[thread] = N;
    for (var i = k + thread; i < N; i += 64u) {
      let own = rank(lu[start + i * N + k]);
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
    for (var j = thread; j < N; j += 64u) {
      let upper = lu[start + p * N + j];
      lu[start + p * N + j] = lu[start + k * N + j];
      lu[start + k * N + j] = upper;
    }
    if (thread == 0u) {
      let row = permutation[matrix * N + p];
      permutation[matrix * N + p] = permutation[matrix * N + k];
      permutation[matrix * N + k] = row;
    }
    storageBarrier(); // the rows have changed places
    let pivot = lu[start + k * N + k];
    for (var i = k + 1u + thread; i < N; i += 64u) {
      if (pivot != 0.0) { lu[start + i * N + k] = lu[start + i * N + k] / pivot; }
    }
    storageBarrier(); // the multiples are there
    for (var i = k + 1u + thread / 8u; i < N; i += 8u) {
      let multiple = lu[start + i * N + k];
      for (var j = k + 1u + thread % 8u; j < N; j += 8u) { lu[start + i * N + j] -= multiple * lu[start + k * N + j]; }
    }
    storageBarrier(); // the rest is ready for the next step
  }
}
