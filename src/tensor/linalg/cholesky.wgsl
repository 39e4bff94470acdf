// l = the lower triangle L with a = L·Lᵀ; a, l (count, n, n), of a only the lower triangles are read. One workgroup per matrix, every 64th
// row to one invocation. Column by column: a dot product of two rows of L for each row, then the pivot's root divides them. A pivot
// that is not positive makes the whole triangle NaN.
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read_write> l: array<f32>;

var<workgroup> pivot: f32;

// Not a constant expression, of which WGSL refuses NaN.
fn float_bits(bits: u32) -> f32 { return bitcast<f32>(bits); }

// By the bits, since compilers may take it that there is no NaN.
fn is_positive(x: f32) -> bool { return bitcast<u32>(x) - 1u < 0x7f800000u; }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let matrix = group.y * groups.x + group.x;
  if (matrix >= size.count) { return; }
  let start = matrix * size.n * size.n;
  var failed = false;
  for (var k = 0u; k < size.n; k++) {
    let row_k = start + k * size.n;
    for (var i = thread; i < size.n; i += 64u) {
      let row = start + i * size.n;
      var rest = 0.0;
      if (i >= k) {
        rest = a[row + k];
        for (var j = 0u; j < k; j++) { rest -= l[row + j] * l[row_k + j]; }
      }
      if (i == k) { pivot = select(0.0, sqrt(rest), is_positive(rest)); }
      l[row + k] = rest;
    }
    workgroupBarrier(); // the pivot is there
    let root = pivot;
    failed = failed || root == 0.0;
    for (var i = thread; i < size.n; i += 64u) {
      if (i >= k) { l[start + i * size.n + k] = select(l[start + i * size.n + k] / root, root, i == k); }
    }
    storageBarrier(); // column k is there for all rows, and the pivot is read
  }
  if (failed) {
    for (var i = thread; i < size.n; i += 64u) {
      for (var j = 0u; j <= i; j++) { l[start + i * size.n + j] = float_bits(0x7fc00000u); }
    }
  }
}
