// y[s] = a[s] · b[s], any sizes. 16×16 invocations share tiles of 16·ROWS rows × 16 k and 16 k × 64·QUADS columns in workgroup
// memory; each computes ROWS rows × QUADS groups of four columns. a (BATCH, M, K), b (BATCH, K, N), y (BATCH, M, N).

var<workgroup> a_tile: array<vec4f, 64u * ROWS>; // [row][k / 4]
var<workgroup> b_tile: array<vec4f, 256u * QUADS>; // [k][column / 4]

fn a_element(row: u32, start: u32, k: u32) -> f32 { return select(0.0, load_a(start + min(k, K - 1u)), row < M && k < K); }

fn a_quad(s: u32, row: u32, k: u32) -> vec4f {
  let start = (s * M + min(row, M - 1u)) * K;
  if (K % 4u == 0u) { return select(vec4f(), load4_a((start + min(k, K - 4u)) / 4u), row < M && k < K); }
  return vec4f(a_element(row, start, k), a_element(row, start, k + 1u), a_element(row, start, k + 2u), a_element(row, start, k + 3u));
}

fn b_element(k: u32, start: u32, column: u32) -> f32 { return select(0.0, load_b(start + min(column, N - 1u)), k < K && column < N); }

fn b_quad(s: u32, k: u32, column: u32) -> vec4f {
  let start = (s * K + min(k, K - 1u)) * N;
  if (N % 4u == 0u) { return select(vec4f(), load4_b((start + min(column, N - 4u)) / 4u), k < K && column < N); }
  return vec4f(b_element(k, start, column), b_element(k, start, column + 1u), b_element(k, start, column + 2u), b_element(k, start, column + 3u));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = group.y * groups.x + group.x;
  let column = tile % COLUMN_TILES * 64u * QUADS;
  let row = tile / COLUMN_TILES % ROW_TILES * 16u * ROWS;
  let s = tile / (COLUMN_TILES * ROW_TILES);
  if (s >= BATCH) { return; } // the fold's spare workgroups, whole ones
  let across = thread % 16u;
  let down = thread / 16u * ROWS;

  var acc: array<vec4f, ROWS * QUADS>;
  for (var k = 0u; k < K; k += 16u) {
    for (var e = thread; e < 64u * ROWS; e += 256u) { a_tile[e] = a_quad(s, row + e / 4u, k + e % 4u * 4u); }
    for (var e = thread; e < 256u * QUADS; e += 256u) { b_tile[e] = b_quad(s, k + e / (16u * QUADS), column + e % (16u * QUADS) * 4u); }
    workgroupBarrier(); // the tiles are whole before they are read
    for (var q = 0u; q < 4u; q++) {
      for (var j = 0u; j < QUADS; j++) {
        let at = q * 64u * QUADS + j * 16u + across;
        let b = mat4x4f(b_tile[at], b_tile[at + 16u * QUADS], b_tile[at + 32u * QUADS], b_tile[at + 48u * QUADS]);
        for (var i = 0u; i < ROWS; i++) { acc[i * QUADS + j] += b * a_tile[(down + i) * 4u + q]; }
      }
    }
    workgroupBarrier(); // all have read before the next tiles are written
  }
  for (var i = 0u; i < ROWS; i++) {
    for (var j = 0u; j < QUADS; j++) {
      for (var l = 0u; l < 4u; l++) {
        let x = column + (j * 16u + across) * 4u + l;
        if (row + down + i < M && x < N) { store_y((s * M + row + down + i) * N + x, acc[i * QUADS + j][l]); }
      }
    }
  }
}
