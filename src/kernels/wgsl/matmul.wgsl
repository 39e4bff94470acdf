// y[s] = a[s] · b[s], any sizes, by tiles in workgroup memory (product-tile.wgsl); PARTS parts of PART terms, whole steps, each with
// a result of its own. a (BATCH, M, K), b (BATCH, K, N), y (PARTS, BATCH, M, N).

struct Place { s: u32 }

// Elements where four rows of a start.
struct Rows { start: vec4u }

fn rows_of(place: Place, row: u32) -> Rows { return Rows((place.s * M + min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(M - 1u))) * K); }

const WHOLE_STEPS = K % STEP == 0u;

fn a_element(start: u32, k: u32) -> f32 { return select(0.0, load_a(start + min(k, K - 1u)), k < K); }

fn a_quad(start: u32, k: u32) -> vec4f {
  if (WHOLE_STEPS) { return load4_a((start + k) / 4u); }
  if (K % 4u == 0u) { return select(vec4f(), load4_a((start + min(k, K - 4u)) / 4u), k < K); }
  return vec4f(a_element(start, k), a_element(start, k + 1u), a_element(start, k + 2u), a_element(start, k + 3u));
}

fn a_block(place: Place, rows: Rows, k: u32) -> mat4x4f {
  let start = rows.start;
  return transpose(mat4x4f(a_quad(start.x, k), a_quad(start.y, k), a_quad(start.z, k), a_quad(start.w, k)));
}

fn b_element(start: u32, column: u32) -> f32 { return load_b(start + min(column, N - 1u)); }

fn b_quad(s: u32, k: u32, column: u32) -> vec4f {
  let start = (s * K + min(k, K - 1u)) * N;
  var v: vec4f;
  if (N % 4u == 0u) {
    v = load4_b((start + min(column, N - 4u)) / 4u);
  } else {
    v = vec4f(b_element(start, column), b_element(start, column + 1u), b_element(start, column + 2u), b_element(start, column + 3u));
  }
  if (WHOLE_STEPS) { return v; }
  return select(vec4f(), v, k < K);
}

fn b_block(place: Place, k: u32, column: u32) -> mat4x4f {
  return mat4x4f(
    b_quad(place.s, k, column), b_quad(place.s, k + 1u, column), b_quad(place.s, k + 2u, column), b_quad(place.s, k + 3u, column),
  );
}

@compute @workgroup_size(ACROSS * DOWN)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = group.y * groups.x + group.x;
  let column = tile % COLUMN_TILES * B_WIDTH * 4u;
  let row = tile / COLUMN_TILES % ROW_TILES * A_WIDTH * 4u;
  let s = tile / (COLUMN_TILES * ROW_TILES) % BATCH;
  let part = tile / (COLUMN_TILES * ROW_TILES * BATCH);
  if (part >= PARTS) { return; } // the fold's spare workgroups, whole ones
  var sums = multiply_tile(Place(s), row, column, part * PART, min((part + 1u) * PART, K), thread);
  for (var i = 0u; i < 4u * ROW_QUADS; i++) {
    let r = row + row_at(thread, i / 4u) + i % 4u;
    for (var j = 0u; j < QUADS; j++) {
      let c = column + column_at(thread, j);
      if (r < M && c < N) { store_run_y(((part * BATCH + s) * M + r) * N + c, sums[i * QUADS + j], min(4u, N - c)); }
    }
  }
}
