// y[s] = a[s] · b[s]. LANES lanes compute ROWS rows × 4·LANES columns: each element of a is loaded by a lane and
// broadcast. ROWS is 16, or 24 with 8 lanes where rows of a lie together.
// a (batch, m, k), or (batch, k, m) with TRANSPOSE_A; b (batch, k, n), or (batch, n, k) with TRANSPOSE_B; y (batch, m, n). ALIGNED,
// A_QUADS, B_QUADS: k, the rows of a as they lie, and those of b are divisible by 4. All loads of four steps of k come before their
// products. BLOCKED: sums are of blocks of terms, then of groups of blocks, so that none has many terms.

fn a_element(start: u32, at: u32, count: u32) -> f32 { return select(0.0, load_a(start + min(at, count - 1u)), at < count); }

// Elements at … at + 3 of the row of a that starts at element `start`; zero from `count` on.
fn a_quad(start: u32, at: u32, count: u32) -> vec4f {
  if (A_QUADS) { return load4_a((start + at) / 4u); }
  return vec4f(
    a_element(start, at, count), a_element(start, at + 1u, count), a_element(start, at + 2u, count), a_element(start, at + 3u, count),
  );
}

fn b_element(start: u32, at: u32, count: u32) -> f32 { return select(0.0, load_b(start + min(at, count - 1u)), at < count); }

fn b_quad(start: u32, at: u32, count: u32) -> vec4f {
  if (B_QUADS) { return load4_b((start + at) / 4u); }
  return vec4f(
    b_element(start, at, count), b_element(start, at + 1u, count), b_element(start, at + 2u, count), b_element(start, at + 3u, count),
  );
}

// Four neighbours of column `column` in row k of b; zero from k on. `at`: their first element, or their quad (B_QUADS).
fn b_row(at: u32, k: u32, column: u32) -> vec4f {
  if (ALIGNED && B_QUADS) { return load4_b(at); }
  let inside = k < size.k;
  var v: vec4f;
  if (B_QUADS) {
    v = load4_b(select(0u, at, inside));
  } else {
    v = b_quad(select(0u, at - column, inside), column, size.n);
  }
  return select(vec4f(), v, inside);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let tile = (group.y * groups.x + group.x) * (8u / LANES) + thread / LANES;
  // tile = (s · column_tiles + column tile) · row_tiles + row tile: neighbours share their columns of b
  let column_tile = quotient(tile, size.row_tiles);
  let row = (tile - column_tile * size.row_tiles) * ROWS;
  let s = quotient(column_tile, size.column_tiles);
  let column = ((column_tile - s * size.column_tiles) * LANES + lane) * 4u;
  let s_read = min(s, size.batch - 1u);
  let depth = size.k;

  // quad e = LANES·j + lane of the block's ROWS: four steps of row e, or, transposed, four rows from 4·(e % 4) on of step e / 4
  let a_row = select(row + lane % 4u * 4u, min(row + lane % 4u * 4u, size.m - 4u), A_QUADS && TRANSPOSE_A);
  var a_start: array<u32, 4>; // ROWS / LANES of them
  for (var j = 0u; j < ROWS / LANES; j++) {
    let e = j * LANES + lane;
    if (TRANSPOSE_A) {
      a_start[j] = (s_read * depth + e / 4u) * size.m;
    } else {
      a_start[j] = (s_read * size.m + min(row + e, size.m - 1u)) * depth;
    }
  }
  let b_column = min(column, (size.n - 1u) / 4u * 4u);
  let b_first = s_read * depth * size.n;
  let b_start = b_first + min(b_column + vec4u(0u, 1u, 2u, 3u), vec4u(size.n - 1u)) * depth; // transposed
  let unit = select(1u, 4u, B_QUADS);
  let b_step = size.n / unit; // from one row of b to the next
  var b_at = (b_first + b_column) / unit;

  var acc: array<vec4f, ROWS>;
  var in_group: array<vec4f, ROWS>;
  var totals: array<vec4f, ROWS>;
  var block_end = size.block;
  var group_end = size.group;
  var k = 0u;
  loop {
    var a: array<vec4f, 4>;
    for (var j = 0u; j < ROWS / LANES; j++) {
      if (!TRANSPOSE_A) {
        a[j] = a_quad(a_start[j], k, depth);
      } else if (ALIGNED) {
        a[j] = a_quad(a_start[j] + k * size.m, a_row, size.m);
      } else {
        let inside = k + (j * LANES + lane) / 4u < depth;
        a[j] = select(vec4f(), a_quad(select(0u, a_start[j] + k * size.m, inside), a_row, size.m), inside);
      }
    }
    var b: mat4x4f; // a column a step
    if (TRANSPOSE_B) {
      b = transpose(mat4x4f(
        b_quad(b_start.x, k, depth), b_quad(b_start.y, k, depth), b_quad(b_start.z, k, depth), b_quad(b_start.w, k, depth),
      ));
    } else {
      b = mat4x4f(
        b_row(b_at, k, b_column), b_row(b_at + b_step, k + 1u, b_column),
        b_row(b_at + 2u * b_step, k + 2u, b_column), b_row(b_at + 3u * b_step, k + 3u, b_column),
      );
      b_at += 4u * b_step;
    }
    // all four steps of a row at once, so that its sums are touched once
    if (TRANSPOSE_A && LANES == 4u) {
      add_rows(&acc, 0u, b, quadBroadcast(a[0], 0u), quadBroadcast(a[1], 0u), quadBroadcast(a[2], 0u), quadBroadcast(a[3], 0u));
      add_rows(&acc, 4u, b, quadBroadcast(a[0], 1u), quadBroadcast(a[1], 1u), quadBroadcast(a[2], 1u), quadBroadcast(a[3], 1u));
      add_rows(&acc, 8u, b, quadBroadcast(a[0], 2u), quadBroadcast(a[1], 2u), quadBroadcast(a[2], 2u), quadBroadcast(a[3], 2u));
      add_rows(&acc, 12u, b, quadBroadcast(a[0], 3u), quadBroadcast(a[1], 3u), quadBroadcast(a[2], 3u), quadBroadcast(a[3], 3u));
    } else if (TRANSPOSE_A) {
      add_rows(&acc, 0u, b, subgroupBroadcast(a[0], 0u), subgroupBroadcast(a[0], 4u), subgroupBroadcast(a[1], 0u), subgroupBroadcast(a[1], 4u));
      add_rows(&acc, 4u, b, subgroupBroadcast(a[0], 1u), subgroupBroadcast(a[0], 5u), subgroupBroadcast(a[1], 1u), subgroupBroadcast(a[1], 5u));
      add_rows(&acc, 8u, b, subgroupBroadcast(a[0], 2u), subgroupBroadcast(a[0], 6u), subgroupBroadcast(a[1], 2u), subgroupBroadcast(a[1], 6u));
      add_rows(&acc, 12u, b, subgroupBroadcast(a[0], 3u), subgroupBroadcast(a[0], 7u), subgroupBroadcast(a[1], 3u), subgroupBroadcast(a[1], 7u));
    } else {
      for (var j = 0u; j < ROWS / LANES; j++) { add_lanes(&acc, j, b, a[j]); }
    }
    k += 4u;
    if (BLOCKED && k == block_end) {
      block_end += size.block;
      move_sums(&acc, &in_group);
      if (k == group_end) {
        group_end += size.group;
        move_sums(&in_group, &totals);
      }
    }
    continuing { break if k >= depth; }
  }
  if (s >= size.batch || column >= size.n) { return; }
  if (BLOCKED) {
    move_sums(&totals, &acc);
    move_sums(&in_group, &acc);
  }
  var results = acc; // rolled and indexed: a store, with all that the fuser adds to it, is compiled once
  let end = rows_until(row, size.m, ROWS);
  for (var i = 0u; i < end; i++) {
    store_run_y((s * size.m + row + i) * size.n + column, results[i], min(4u, size.n - column));
  }
}

// Adds the products of four rows, one step of all four at a time.
fn add_rows(acc: ptr<function, array<vec4f, ROWS>>, row: u32, b: mat4x4f, a0: vec4f, a1: vec4f, a2: vec4f, a3: vec4f) {
  for (var r = 0u; r < 4u; r++) { (*acc)[row + r] += b * vec4f(a0[r], a1[r], a2[r], a3[r]); }
}
