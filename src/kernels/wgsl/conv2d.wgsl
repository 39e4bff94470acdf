// y = Σ over taps and source channels of s · w (conv2d-window.wgsl has the geometry), any channel counts, by tiles in workgroup
// memory (product-tile.wgsl). Implicit matrix product: rows are pixels of one residue, columns result channels of one group, terms
// (tap, source channel) pairs, the channels of a tap rounded up to fours. y (PARTS, N, H, W, C), PARTS parts of PART terms.

struct Place { g: u32, residue_y: u32, residue_x: u32, taps_w: u32 }

// Four pixels.
struct Rows { pixels: array<Pixel, 4> }

fn rows_of(place: Place, row: u32) -> Rows {
  return Rows(array<Pixel, 4>(grid_pixel(row), grid_pixel(row + 1u), grid_pixel(row + 2u), grid_pixel(row + 3u)));
}

const TAP_TERMS = (DEPTH + 3u) / 4u * 4u;

fn tap_count(start: u32, step: u32, size: u32) -> u32 { return (max(size, start) - start + step - 1u) / step; }

// A tap's row and column among all taps; past the last term its row is KH or more.
fn tap_of(place: Place, k: u32) -> vec2u {
  let tap = k / TAP_TERMS;
  let width = max(place.taps_w, 1u);
  return vec2u(
    TAP_START_H[place.residue_y] + tap / width * TAP_STEP_H,
    TAP_START_W[place.residue_x] + tap % width * TAP_STEP_W,
  );
}

fn a_block(place: Place, rows: Rows, k: u32) -> mat4x4f {
  let tap = tap_of(place, k);
  let offset_y = tap_offset(tap.x, place.residue_y, STRIDE_H, DILATION_H, TOP);
  let offset_x = tap_offset(tap.y, place.residue_x, STRIDE_W, DILATION_W, LEFT);
  var v: mat4x4f;
  for (var l = 0u; l < 4u; l++) {
    let start = source_start(rows.pixels[l], offset_y, offset_x);
    v[l] = source_quad(select(start, 0xffffffffu, tap.x >= KH), place.g, k % TAP_TERMS);
  }
  return transpose(v);
}

fn b_block(place: Place, k: u32, column: u32) -> mat4x4f {
  let tap = tap_of(place, k);
  var w = weight_block(min(tap.x, KH - 1u) * KW + tap.y, place.g, k % TAP_TERMS, column);
  if (TAP_TERMS % STEP != 0u) {
    for (var l = 0u; l < 4u; l++) { w[l] = select(vec4f(), w[l], tap.x < KH); } // a step may reach past the last tap
  }
  return w;
}

@compute @workgroup_size(ACROSS * DOWN)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = group.y * groups.x + group.x;
  let column = tile % COLUMN_TILES * B_WIDTH * 4u;
  let g = tile / COLUMN_TILES % GROUPS;
  let p = tile / (COLUMN_TILES * GROUPS) % PIXEL_TILES * A_WIDTH * 4u;
  let residue = tile / (COLUMN_TILES * GROUPS * PIXEL_TILES) % (PHASES_H * PHASES_W);
  let part = tile / (COLUMN_TILES * GROUPS * PIXEL_TILES * PHASES_H * PHASES_W);
  if (part >= PARTS) { return; } // the fold's spare workgroups, whole ones
  let residue_y = residue / PHASES_W;
  let residue_x = residue % PHASES_W;
  let taps_h = tap_count(TAP_START_H[residue_y], TAP_STEP_H, KH);
  let taps_w = tap_count(TAP_START_W[residue_x], TAP_STEP_W, KW);
  let terms = taps_h * taps_w * TAP_TERMS;
  let place = Place(g, residue_y, residue_x, taps_w);
  var sums = multiply_tile(place, p, column, min(part * PART, terms), min((part + 1u) * PART, terms), thread);
  for (var i = 0u; i < 4u * ROW_QUADS; i++) {
    let start = result_start(p + row_at(thread, i / 4u) + i % 4u, residue_y, residue_x);
    for (var j = 0u; j < QUADS; j++) {
      let e = column + column_at(thread, j);
      if (start != 0xffffffffu && e < WIDTH) {
        store_run_y(part * (N * H * W * C) + start + g * WIDTH + e, sums[i * QUADS + j], min(4u, WIDTH - e));
      }
    }
  }
}
