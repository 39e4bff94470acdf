// Library of conv2d's weight gradient. Rows r of the result are (tap, channel) pairs, r = tap·DEPTH + channel, so that the weights
// (KH, KW, DEPTH, K) are a matrix (ROWS, K). Images x (N, H, W, C), cotangent g (N, GH, GW, K), GROUPS groups of DEPTH of C and
// WIDTH of K channels; PIXELS = N·GH·GW terms a sum, cut into SPLIT parts of PART terms.

// Channel and offset from a window's corner that row r reads.
struct Row { y: i32, x: i32, channel: u32 }

fn row_of(r: u32, group: u32) -> Row {
  let tap = r / DEPTH;
  let y = select(i32(tap / KW) * DILATION_H - TOP, 0x40000000, r >= ROWS); // rows past the end lie outside every image
  return Row(y, i32(tap % KW) * DILATION_W - LEFT, group * DEPTH + r % DEPTH);
}

// Corner of the window of pixel p; the image number n = N past the end.
struct Corner { n: u32, y: i32, x: i32 }

fn corner_of(p: u32, end: u32) -> Corner {
  return Corner(select(N, p / (GW * GH), p < end), i32(p / GW % GH) * STRIDE_H, i32(p % GW) * STRIDE_W);
}

fn x_inside(corner: Corner, row: Row) -> bool {
  let y = corner.y + row.y;
  let x = corner.x + row.x;
  return y >= 0 && y < i32(H) && x >= 0 && x < i32(W) && corner.n < N;
}

fn x_index(corner: Corner, row: Row) -> u32 {
  return ((corner.n * H + u32(corner.y + row.y)) * W + u32(corner.x + row.x)) * C + row.channel;
}

fn x_element(corner: Corner, row: Row) -> f32 {
  let inside = x_inside(corner, row);
  return select(0.0, load_x(select(0u, x_index(corner, row), inside)), inside);
}

// What rows r … r+3 read, `row` being the first one's: neighbours where DEPTH is divisible by 4.
fn x_quad(corner: Corner, row: Row, r: u32, group: u32) -> vec4f {
  if (DEPTH % 4u == 0u) {
    let inside = x_inside(corner, row);
    return select(vec4f(), load4_x(select(0u, x_index(corner, row) / 4u, inside)), inside);
  }
  return vec4f(
    x_element(corner, row), x_element(corner, row_of(r + 1u, group)),
    x_element(corner, row_of(r + 2u, group)), x_element(corner, row_of(r + 3u, group)),
  );
}

// The last part may be short.
const RAGGED_PIXELS = PIXELS % PART != 0u;

fn g_element(p: u32, end: u32, group: u32, e: u32) -> f32 {
  let inside = p < end && e < WIDTH;
  return select(0.0, load_g(select(0u, p * K + group * WIDTH + e, inside)), inside);
}

// Channels e … e+3 of the group at pixel p, those of the last quad past WIDTH: such results are not stored. Zero from `end` on.
fn g_quad(p: u32, end: u32, group: u32, e: u32) -> vec4f {
  if (WIDTH % 4u == 0u) {
    let channel = group * WIDTH + min(e, WIDTH - 4u);
    if (!RAGGED_PIXELS) { return load4_g(p * (K / 4u) + channel / 4u); }
    return select(vec4f(), load4_g(min(p, PIXELS - 1u) * (K / 4u) + channel / 4u), p < end);
  }
  return vec4f(
    g_element(p, end, group, e), g_element(p, end, group, e + 1u),
    g_element(p, end, group, e + 2u), g_element(p, end, group, e + 3u),
  );
}

// g at pixels p … p+3.
fn g_block(p: u32, end: u32, group: u32, e: u32) -> mat4x4f {
  return mat4x4f(g_quad(p, end, group, e), g_quad(p + 1u, end, group, e), g_quad(p + 2u, end, group, e), g_quad(p + 3u, end, group, e));
}
