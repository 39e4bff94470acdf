// Library of conv2d and its input gradient: both gather, with the weights' channel axes swapped in the gradient (TRANSPOSED).
// Output pixels (y, x) of one residue (y mod PHASES_H, x mod PHASES_W) meet the same taps i = TAP_START + m·TAP_STEP, so a
// strided gradient visits no empty tap; conv2d itself has one residue. Source s (N, SOURCE_H, SOURCE_W, SOURCE_C), result
// (N, H, W, C), weights w (KH, KW, …); GROUPS groups of DEPTH source and WIDTH result channels.

struct Pixel { n: u32, y: u32, x: u32 }

// Pixel number p of the grid of one residue, (N, GRID_H, GRID_W).
fn grid_pixel(p: u32) -> Pixel { return Pixel(p / (GRID_W * GRID_H), p / GRID_W % GRID_H, p % GRID_W); }

// First source row (column) that tap i reads for grid row 0; each further grid row is STEP further.
fn tap_offset(tap: u32, residue: u32, stride: i32, dilation: i32, before: i32) -> i32 {
  let reach = i32(tap) * dilation - before;
  if (TRANSPOSED) { return (i32(residue) - reach) / stride; } // divides: taps are chosen so
  return reach;
}

// Element of s at channel 0 of the pixel under a tap; 0xffffffff outside the image.
fn source_start(pixel: Pixel, offset_y: i32, offset_x: i32) -> u32 {
  let y = i32(pixel.y) * GRID_STEP_H + offset_y;
  let x = i32(pixel.x) * GRID_STEP_W + offset_x;
  let inside = y >= 0 && y < i32(SOURCE_H) && x >= 0 && x < i32(SOURCE_W) && pixel.n < N;
  return select(0xffffffffu, ((pixel.n * SOURCE_H + u32(y)) * SOURCE_W + u32(x)) * SOURCE_C, inside);
}

// A tile of 4·DEPTH_QUADS source channels may reach past the group.
const RAGGED_DEPTH = DEPTH % (4u * DEPTH_QUADS) != 0u;

fn source_element(start: u32, first: u32, d: u32) -> f32 {
  let inside = start != 0xffffffffu && d < DEPTH;
  return select(0.0, load_s(select(0u, start + first + d, inside)), inside);
}

// Channels d … d+3 of group `g`; zero outside the image and past the group.
fn source_quad(start: u32, g: u32, d: u32) -> vec4f {
  let first = g * DEPTH;
  if (DEPTH % 4u == 0u) {
    let inside = start != 0xffffffffu && (!RAGGED_DEPTH || d < DEPTH);
    return select(vec4f(), load4_s(select(0u, (start + first + d) / 4u, inside)), inside);
  }
  return vec4f(
    source_element(start, first, d), source_element(start, first, d + 1u),
    source_element(start, first, d + 2u), source_element(start, first, d + 3u),
  );
}

// The weights of result channels past WIDTH are those of the last: such results are not stored.
fn weight_element(tap: u32, g: u32, d: u32, e: u32) -> f32 {
  let d_in = min(d, DEPTH - 1u);
  let e_in = min(e, WIDTH - 1u);
  let at = select((tap * DEPTH + d_in) * C + g * WIDTH + e_in, (tap * WIDTH + e_in) * SOURCE_C + g * DEPTH + d_in, TRANSPOSED);
  return select(0.0, load_w(at), d < DEPTH);
}

// Weights from source channel d to result channels e … e+3 of group g; zero past the group's source channels.
fn weight_row(tap: u32, g: u32, d: u32, e: u32) -> vec4f {
  if (!TRANSPOSED && WIDTH % 4u == 0u) {
    let row = (tap * DEPTH + select(d, min(d, DEPTH - 1u), RAGGED_DEPTH)) * (C / 4u);
    let v = load4_w(row + (g * WIDTH + min(e, WIDTH - 4u)) / 4u);
    if (!RAGGED_DEPTH) { return v; }
    return select(vec4f(), v, d < DEPTH);
  }
  return vec4f(
    weight_element(tap, g, d, e), weight_element(tap, g, d, e + 1u),
    weight_element(tap, g, d, e + 2u), weight_element(tap, g, d, e + 3u),
  );
}

// Weights from result channel e to source channels d … d+3 of group g.
fn weight_column(tap: u32, g: u32, d: u32, e: u32) -> vec4f {
  let column = (tap * WIDTH + min(e, WIDTH - 1u)) * (SOURCE_C / 4u);
  let v = load4_w(column + (g * DEPTH + select(d, min(d, DEPTH - 4u), RAGGED_DEPTH)) / 4u);
  if (!RAGGED_DEPTH) { return v; }
  return select(vec4f(), v, d < DEPTH);
}

// Weights from source channels d … d+3 (columns of the matrix) to result channels e … e+3 (its rows).
fn weight_block(tap: u32, g: u32, d: u32, e: u32) -> mat4x4f {
  if (TRANSPOSED && DEPTH % 4u == 0u) {
    return transpose(mat4x4f(
      weight_column(tap, g, d, e), weight_column(tap, g, d, e + 1u),
      weight_column(tap, g, d, e + 2u), weight_column(tap, g, d, e + 3u),
    ));
  }
  return mat4x4f(
    weight_row(tap, g, d, e), weight_row(tap, g, d + 1u, e),
    weight_row(tap, g, d + 2u, e), weight_row(tap, g, d + 3u, e),
  );
}

// Element of the result at channel 0 of grid pixel p; 0xffffffff where it is outside.
fn result_start(p: u32, residue_y: u32, residue_x: u32) -> u32 {
  if (PHASES_H == 1u && PHASES_W == 1u) { return select(0xffffffffu, p * C, p < N * H * W); }
  let pixel = grid_pixel(p);
  let y = pixel.y * PHASES_H + residue_y;
  let x = pixel.x * PHASES_W + residue_x;
  return select(0xffffffffu, ((pixel.n * H + y) * W + x) * C, pixel.n < N && y < H && x < W);
}
