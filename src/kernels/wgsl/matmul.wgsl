// y[s] = a[s] · b[s], any sizes, by tiles in workgroup memory (product-tile.wgsl); PARTS parts of PART terms, whole steps, each with
// a result of its own. a (BATCH, M, K), or (BATCH, K, M) with TRANSPOSE_A; b (BATCH, K, N), or (BATCH, N, K) with TRANSPOSE_B;
// y (PARTS, BATCH, M, N).

struct Place { s: u32 }

// First elements of four rows of a. Transposed, they are neighbours, and the next term lies M elements on.
struct Rows { start: vec4u }

fn four(first: u32, count: u32) -> vec4u { return min(first + vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u)); }

fn rows_of(place: Place, row: u32) -> Rows {
  if (TRANSPOSE_A) { return Rows(place.s * K * M + four(row, M)); }
  return Rows((place.s * M + four(row, M)) * K);
}

const WHOLE_STEPS = K % STEP == 0u;

fn a_element(start: u32, k: u32) -> f32 { return select(0.0, load_a(start + min(k, K - 1u)), k < K); }

// Terms k … k + 3 of the row of a that starts at `start`.
fn a_terms(start: u32, k: u32) -> vec4f {
  if (WHOLE_STEPS) { return load4_a((start + k) / 4u); }
  if (K % 4u == 0u) { return select(vec4f(), load4_a((start + min(k, K - 4u)) / 4u), k < K); }
  return vec4f(a_element(start, k), a_element(start, k + 1u), a_element(start, k + 2u), a_element(start, k + 3u));
}

// Term k of four rows of a transposed a.
fn a_rows(start: vec4u, k: u32) -> vec4f {
  let at = start + min(k, K - 1u) * M;
  var v: vec4f;
  if (M % 4u == 0u) {
    v = load4_a(at.x / 4u);
  } else {
    v = vec4f(load_a(at.x), load_a(at.y), load_a(at.z), load_a(at.w));
  }
  if (WHOLE_STEPS) { return v; }
  return select(vec4f(), v, k < K);
}

fn a_block(place: Place, rows: Rows, k: u32) -> mat4x4f {
  let start = rows.start;
  if (TRANSPOSE_A) {
    return mat4x4f(a_rows(start, k), a_rows(start, k + 1u), a_rows(start, k + 2u), a_rows(start, k + 3u));
  }
  return transpose(mat4x4f(a_terms(start.x, k), a_terms(start.y, k), a_terms(start.z, k), a_terms(start.w, k)));
}

fn b_element(start: u32, k: u32) -> f32 { return select(0.0, load_b(start + min(k, K - 1u)), k < K); }

// Terms k … k + 3 of the column of a transposed b that starts at `start`.
fn b_terms(start: u32, k: u32) -> vec4f {
  if (WHOLE_STEPS) { return load4_b((start + k) / 4u); }
  if (K % 4u == 0u) { return select(vec4f(), load4_b((start + min(k, K - 4u)) / 4u), k < K); }
  return vec4f(b_element(start, k), b_element(start, k + 1u), b_element(start, k + 2u), b_element(start, k + 3u));
}

// Term k of four columns of b.
fn b_columns(s: u32, k: u32, column: u32) -> vec4f {
  let at = (s * K + min(k, K - 1u)) * N + four(column, N);
  var v: vec4f;
  if (N % 4u == 0u) {
    v = load4_b(at.x / 4u);
  } else {
    v = vec4f(load_b(at.x), load_b(at.y), load_b(at.z), load_b(at.w));
  }
  if (WHOLE_STEPS) { return v; }
  return select(vec4f(), v, k < K);
}

fn b_block(place: Place, k: u32, column: u32) -> mat4x4f {
  if (TRANSPOSE_B) {
    let start = (place.s * N + four(column, N)) * K;
    return transpose(mat4x4f(b_terms(start.x, k), b_terms(start.y, k), b_terms(start.z, k), b_terms(start.w, k)));
  }
  let s = place.s;
  return mat4x4f(b_columns(s, k, column), b_columns(s, k + 1u, column), b_columns(s, k + 2u, column), b_columns(s, k + 3u, column));
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
