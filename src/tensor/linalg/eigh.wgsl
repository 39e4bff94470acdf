// Eigenvalues, ascending, and eigenvectors of symmetric matrices, by Jacobi's rotations. a, vectors (count, n, n), of a only the lower
// triangles are read; values (count, n); work (count, n + 4, n). One workgroup per matrix. A sweep turns every pair of rows and columns
// once, in rounds of pairs that have nothing in common, until no element beside the diagonal is above 2^-26 of the largest. Of
// each eigenvector the first component above 0.7 of its largest is positive. NaN throughout where an element is not finite.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> vectors: array<f32>;
@group(0) @binding(3) var<storage, read_write> work: array<f32>; // the matrix on its way; cosines, sines and new diagonals of a round

const SWEEPS = 30u;

var<workgroup> largest: atomic<u32>;
var<workgroup> turned: atomic<u32>;
var<workgroup> again: u32;

// Not a constant expression, of which WGSL refuses NaN.
fn float_bits(bits: u32) -> f32 { return bitcast<f32>(bits); }

// Pair k of a turn: the last one stays, the others go round. One of n is nobody.
fn pair(turn: u32, k: u32) -> vec2u {
  let rounds = (size.n + 1u) / 2u * 2u - 1u;
  let i = select((turn + k) % rounds, rounds, k == 0u);
  let j = (turn + rounds - k) % rounds;
  return vec2u(min(i, j), max(i, j));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let pairs = (size.n + 1u) / 2u;
  let matrix = group.y * groups.x + group.x;
  if (matrix >= size.count) { return; }
  let start = matrix * size.n * size.n;
  let w = matrix * (size.n + 4u) * size.n;
  let cosines = w + size.n * size.n;
  for (var e = thread; e < size.n * size.n; e += 64u) { atomicMax(&largest, bitcast<u32>(a[start + e / size.n * size.n + min(e % size.n, e / size.n)]) & 0x7fffffffu); }
  workgroupBarrier(); // the largest element is known
  let bits = atomicLoad(&largest);
  let exponent = clamp(bits & 0x7f800000u, 0x01000000u, 0x7e800000u); // scaled by a power of two, which loses nothing
  for (var e = thread; e < size.n * size.n; e += 64u) {
    let i = e / size.n;
    let j = e % size.n;
    work[w + e] = a[start + max(i, j) * size.n + min(i, j)] * bitcast<f32>(0x7f000000u - exponent);
    vectors[start + e] = select(0.0, 1.0, i == j);
  }
  storageBarrier(); // the matrix and the first vectors are there
  for (var sweep = 0u; sweep < SWEEPS; sweep++) {
    if (thread == 0u) { atomicStore(&turned, 0u); }
    workgroupBarrier(); // nothing has been turned in this sweep
    for (var turn = 0u; turn < 2u * pairs - 1u; turn++) {
      for (var k = thread; k < pairs; k += 64u) {
        let p = pair(turn, k);
        var c = 1.0;
        var s = 0.0;
        if (p.y < size.n) {
          let x = work[w + p.x * size.n + p.x];
          let y = work[w + p.y * size.n + p.y];
          let beside = work[w + p.x * size.n + p.y];
          var t = 0.0;
          if (abs(beside) > 0x1p-30) {
            if (abs(beside) > 0x1p-26) { atomicStore(&turned, 1u); }
            let tau = (y - x) / (2.0 * beside);
            t = select(-1.0, 1.0, tau >= 0.0) / (abs(tau) + sqrt(1.0 + tau * tau));
            c = 1.0 / sqrt(1.0 + t * t);
            s = t * c;
          }
          work[cosines + 2u * size.n + k] = x - t * beside;
          work[cosines + 3u * size.n + k] = y + t * beside;
        }
        work[cosines + k] = c;
        work[cosines + size.n + k] = s;
      }
      storageBarrier(); // the turn's rotations are there
      for (var e = thread; e < pairs * size.n; e += 64u) {
        let p = pair(turn, e / size.n);
        if (p.y < size.n) {
          let c = work[cosines + e / size.n];
          let s = work[cosines + size.n + e / size.n];
          let at = w + e % size.n + p * size.n;
          let old = vec2f(work[at.x], work[at.y]);
          work[at.x] = c * old.x - s * old.y;
          work[at.y] = s * old.x + c * old.y;
        }
      }
      storageBarrier(); // rows are turned
      for (var e = thread; e < pairs * size.n; e += 64u) {
        let k = e / size.n;
        let i = e % size.n;
        let p = pair(turn, k);
        if (p.y < size.n) {
          let c = work[cosines + k];
          let s = work[cosines + size.n + k];
          let at = w + i * size.n + p;
          let old = vec2f(work[at.x], work[at.y]);
          var next = vec2f(c * old.x - s * old.y, s * old.x + c * old.y);
          if (i == p.x) { next = vec2f(work[cosines + 2u * size.n + k], 0.0); }
          if (i == p.y) { next = vec2f(0.0, work[cosines + 3u * size.n + k]); }
          work[at.x] = next.x;
          work[at.y] = next.y;
          let of_vector = start + i * size.n + p;
          let v = vec2f(vectors[of_vector.x], vectors[of_vector.y]);
          vectors[of_vector.x] = c * v.x - s * v.y;
          vectors[of_vector.y] = s * v.x + c * v.y;
        }
      }
      storageBarrier(); // columns and vectors are turned
    }
    if (thread == 0u) { again = atomicLoad(&turned); }
    if (workgroupUniformLoad(&again) == 0u) { break; }
  }
  for (var i = thread; i < size.n; i += 64u) { work[cosines + i] = work[w + i * size.n + i]; }
  storageBarrier(); // the eigenvalues are out of the way
  for (var e = thread; e < size.n * size.n; e += 64u) { work[w + e] = vectors[start + e]; }
  storageBarrier(); // the vectors are copied, to be put in order
  let broken = bits >= 0x7f800000u;
  for (var j = thread; j < size.n; j += 64u) {
    let own = work[cosines + j];
    var place = 0u;
    for (var i = 0u; i < size.n; i++) {
      let other = work[cosines + i];
      if (other < own || (other == own && i < j)) { place += 1u; }
    }
    if (broken) { place = j; }
    var most = 0.0;
    var squares = 0.0;
    for (var i = 0u; i < size.n; i++) {
      let v = work[w + i * size.n + j];
      most = max(most, abs(v));
      squares += v * v;
    }
    var factor = 0.0;
    for (var i = 0u; i < size.n; i++) {
      let v = work[w + i * size.n + j];
      if (factor == 0.0 && abs(v) > 0.7 * most) { factor = select(-1.0, 1.0, v > 0.0) / sqrt(squares); }
    }
    values[matrix * size.n + place] = select(own * bitcast<f32>(exponent), float_bits(0x7fc00000u), broken);
    for (var i = 0u; i < size.n; i++) {
      vectors[start + i * size.n + place] = select(factor * work[w + i * size.n + j], float_bits(0x7fc00000u), broken);
    }
  }
}
