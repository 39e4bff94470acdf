// w = Σ over pixels of x ⊗ g, one part of the pixels a tile. A quad of lanes computes 16 rows × 16 channels: each lane loads x at
// one of four pixels and broadcasts it. Rows of w (split, rows, k) are (tap, channel) pairs, row = tap · depth + channel. Images x
// (n, h, w, c), cotangent g (n, gh, gw, k); groups of `depth` of c and `width` of k channels, width divisible by 4. Geometry is data:
// constant are DEPTH16 and DEPTH4, depth divisible by 16 or 4, and RAGGED, a last part that is short. Sums are of blocks of pixels, then
// of groups of blocks, so that none has many terms.
// Everything that the loop does not change is computed before it: software adapters' compilers do not hoist.

// What a row reads: channel, and offset from a window's corner.
struct Row { y: i32, x: i32, at: i32 }

fn row_of(r: u32, group: u32) -> Row {
  let tap = quotient(r, size.depth);
  let tap_y = quotient(tap, size.kw);
  let y = i32(tap_y) * size.dilation_h - size.top;
  let x = i32(tap - tap_y * size.kw) * size.dilation_w - size.left;
  let at = (y * i32(size.w) + x) * i32(size.c) + i32(group * size.depth + r - tap * size.depth);
  return Row(select(y, 0x40000000, r >= size.rows), x, at); // rows past the end lie outside every image
}

// Corner of a pixel's window, and its element of x; y is far outside from the part's end on.
struct Corner { y: i32, x: i32, at: i32 }

fn x_inside(corner: Corner, row: Row) -> bool {
  return u32(corner.y + row.y) < size.h && u32(corner.x + row.x) < size.w;
}

fn x_element(corner: Corner, row: Row) -> f32 {
  let inside = x_inside(corner, row);
  return select(0.0, load_x(select(0u, u32(corner.at + row.at), inside)), inside);
}

fn x_quad(corner: Corner, row: Row) -> vec4f {
  let inside = x_inside(corner, row);
  return select(vec4f(), load4_x(select(0u, u32(corner.at + row.at) / 4u, inside)), inside);
}

// acc[r] += Σ over the quad's pixels of x[pixel][r] · g[pixel], for the rows 4m … 4m+3: lane l holds v = x at pixel l.
fn add_pixels(acc: ptr<function, array<vec4f, ROWS>>, m: u32, v: vec4f, g: mat4x4f) {
  let rows = transpose(mat4x4f(quadBroadcast(v, 0u), quadBroadcast(v, 1u), quadBroadcast(v, 2u), quadBroadcast(v, 3u)));
  (*acc)[4u * m] += g * rows[0];
  (*acc)[4u * m + 1u] += g * rows[1];
  (*acc)[4u * m + 2u] += g * rows[2];
  (*acc)[4u * m + 3u] += g * rows[3];
}

// Channels of g at pixel p, which lie at `quad`. Zero from `end` on.
fn g_quad(p: u32, end: u32, quad: u32) -> vec4f {
  if (!RAGGED) { return load4_g(quad); }
  return select(vec4f(), load4_g(select(0u, quad, p < end)), p < end);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % 4u;
  // tile = ((part · groups + group) · row_tiles + row tile) · column_tiles + column tile
  let tile = (workgroup.y * workgroups.x + workgroup.x) * 2u + thread / 4u;
  let row_tile = quotient(tile, size.column_tiles);
  let e = ((tile - row_tile * size.column_tiles) * 4u + lane) * 4u;
  let group_tile = quotient(row_tile, size.row_tiles);
  let r = (row_tile - group_tile * size.row_tiles) * 16u;
  let part = quotient(group_tile, size.groups);
  let group = group_tile - part * size.groups;
  let first = min(part, size.split - 1u) * size.part;
  let end = min(first + size.part, size.pixels);
  let k_quads = size.k / 4u;
  let by = vec3u(1u, 2u, 3u) * k_quads;
  var g_at = first * k_quads + (group * size.width + min(e, size.width - 4u)) / 4u;

  // One row for 16 neighbours, for each four of them, or each for itself.
  const rows_each = select(select(1u, 4u, DEPTH4), 16u, DEPTH16);
  var rows: array<Row, 16u / rows_each>;
  for (var m = 0u; m < 16u / rows_each; m++) { rows[m] = row_of(r + m * rows_each, group); }

  // This lane's pixel, four further each step.
  let p_row = quotient(first + lane, size.gw);
  var n = quotient(p_row, size.gh);
  var y = p_row - n * size.gh;
  var x = first + lane - p_row * size.gw;

  var acc: array<vec4f, ROWS>;
  var in_group: array<vec4f, ROWS>;
  var totals: array<vec4f, ROWS>;
  var block_end = size.block;
  var group_end = size.group;
  var step = 0u;
  loop {
    let p = first + step;
    let inside = !RAGGED || p + lane < end;
    let window_y = i32(y * size.stride_h);
    let window_x = i32(x * size.stride_w);
    let corner = Corner(
      select(0x40000000, window_y, inside), window_x,
      ((i32(n * size.h) + window_y) * i32(size.w) + window_x) * i32(size.c),
    );
    var v: array<vec4f, 4>;
    if (DEPTH16) {
      let within = x_inside(corner, rows[0]);
      let at = select(0u, u32(corner.at + rows[0].at) / 4u, within);
      for (var m = 0u; m < 4u; m++) { v[m] = load4_x(at + m); }
      for (var m = 0u; m < 4u; m++) { v[m] = select(vec4f(), v[m], within); }
    } else if (DEPTH4) {
      for (var m = 0u; m < 4u; m++) { v[m] = x_quad(corner, rows[m % (16u / rows_each)]); }
    } else {
      for (var m = 0u; m < 16u; m++) { v[m / 4u][m % 4u] = x_element(corner, rows[m % (16u / rows_each)]); }
    }
    let g = mat4x4f(
      g_quad(p, end, g_at), g_quad(p + 1u, end, g_at + by.x), g_quad(p + 2u, end, g_at + by.y), g_quad(p + 3u, end, g_at + by.z),
    );
    // Written out: a loop that a compiler leaves alone would keep the sums in memory.
    add_pixels(&acc, 0u, v[0], g);
    add_pixels(&acc, 1u, v[1], g);
    add_pixels(&acc, 2u, v[2], g);
    add_pixels(&acc, 3u, v[3], g);

    g_at += 4u * k_quads;
    x += size.four_w;
    let over_x = x >= size.gw;
    x = select(x, x - size.gw, over_x);
    y += size.four_h + select(0u, 1u, over_x);
    let over_y = y >= size.gh;
    y = select(y, y - size.gh, over_y);
    n += size.four_n + select(0u, 1u, over_y);
    step += 4u;
    if (step == block_end) {
      block_end += size.block;
      move_sums(&acc, &in_group);
      if (step == group_end) {
        group_end += size.group;
        move_sums(&in_group, &totals);
      }
    }
    continuing { break if step >= size.part; }
  }
  if (e >= size.width || part >= size.split) { return; }
  move_sums(&totals, &acc);
  move_sums(&in_group, &acc);
  var results = acc; // rolled and indexed: a store, with all that the fuser adds to it, is compiled once
  let last = rows_until(r, size.rows, 16u);
  for (var i = 0u; i < last; i++) {
    store4_w(((part * size.rows + r + i) * size.k + group * size.width + e) / 4u, results[i]);
  }
}
