// w = Σ over pixels of x ⊗ g (conv2d-weight-window.wgsl has the geometry), any channel counts, by tiles in workgroup memory
// (product-tile.wgsl): rows are (tap, channel) pairs, terms pixels, columns result channels of one group. w (SPLIT, ROWS, K), SPLIT
// parts of PART pixels, whole steps.

struct Place { group: u32, end: u32 }

// Four rows, the first at r.
struct Rows { first: Row, r: u32 }

fn rows_of(place: Place, r: u32) -> Rows { return Rows(row_of(r, place.group), r); }

fn a_block(place: Place, rows: Rows, p: u32) -> mat4x4f {
  var v: mat4x4f;
  for (var l = 0u; l < 4u; l++) { v[l] = x_quad(corner_of(p + l, place.end), rows.first, rows.r, place.group); }
  return v;
}

fn b_block(place: Place, p: u32, e: u32) -> mat4x4f { return g_block(p, place.end, place.group, e); }

@compute @workgroup_size(ACROSS * DOWN)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = workgroup.y * workgroups.x + workgroup.x;
  let column = tile % COLUMN_TILES * B_WIDTH * 4u;
  let r = tile / COLUMN_TILES % ROW_TILES * A_WIDTH * 4u;
  let group = tile / (COLUMN_TILES * ROW_TILES) % GROUPS;
  let part = tile / (COLUMN_TILES * ROW_TILES * GROUPS);
  if (part >= SPLIT) { return; } // the fold's spare workgroups, whole ones
  let end = min((part + 1u) * PART, PIXELS);
  var sums = multiply_tile(Place(group, end), r, column, part * PART, end, thread);
  for (var i = 0u; i < 4u * ROW_QUADS; i++) {
    let row = r + row_at(thread, i / 4u) + i % 4u;
    for (var j = 0u; j < QUADS; j++) {
      let e = column + column_at(thread, j);
      if (row < ROWS && e < WIDTH) {
        store_run_w((part * ROWS + row) * K + group * WIDTH + e, sums[i * QUADS + j], min(4u, WIDTH - e));
      }
    }
  }
}
