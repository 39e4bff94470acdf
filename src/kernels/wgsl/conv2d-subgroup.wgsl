// y = Σ over taps and source channels of s · w, conv2d or its input gradient (TRANSPOSED). Implicit matrix product: LANES lanes
// compute ROWS pixels × 4·LANES channels; each source element is loaded by one lane and broadcast. Source s (n, source_h, source_w,
// source_channels), result (n, h, w, channels), weights w (kh, kw, …); groups of `depth` source and `width` result channels, width
// divisible by 4. Geometry is data: only what selects code is constant.
// A strided gradient (STRIDED) goes by residues: output pixels of one residue (y mod phases_h, x mod phases_w) meet the same taps.
// Everything that a loop does not change is computed before it: software adapters' compilers do not hoist loads or divisions.

// Pixel p of the grid (n, grid_h, grid_w) of a residue.
struct Pixel { n: u32, y: u32, x: u32 }

fn pixel_of(p: u32) -> Pixel {
  let row = quotient(p, size.grid_w);
  let n = quotient(row, size.grid_h);
  return Pixel(n, row - n * size.grid_h, p - row * size.grid_w);
}

// The pixel `by` further on, by < (n, grid_h, grid_w), without divisions.
fn further(start: Pixel, by: Pixel) -> Pixel {
  let x = start.x + by.x;
  let over_x = x >= size.grid_w;
  let y = start.y + by.y + select(0u, 1u, over_x);
  let over_y = y >= size.grid_h;
  return Pixel(start.n + by.n + select(0u, 1u, over_y), select(y, y - size.grid_h, over_y), select(x, x - size.grid_w, over_x));
}

// First tap with residue + before − tap·dilation divisible by the stride; `taps` where there is none.
fn first_tap(residue: i32, taps: u32, before: i32, dilation: i32, stride: i32) -> u32 {
  if (!STRIDED) { return 0u; }
  for (var tap = 0u; tap < taps; tap++) {
    if ((residue + before - i32(tap) * dilation) % stride == 0) { return tap; }
  }
  return taps;
}

// Source row (column) under a tap of grid row 0, relative to the tap that `step` counts from.
fn first_offset(residue: i32, tap: u32, before: i32, dilation: i32, stride: i32) -> i32 {
  let reach = i32(tap) * dilation - before;
  if (!STRIDED) { return select(reach, -reach, TRANSPOSED); }
  return (residue - reach) / stride; // divides: the tap is chosen so
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let first = (group.y * groups.x + group.x) * (8u / LANES);
  // tile = ((residue · pixel_tiles + pixel tile) · groups + g) · column_tiles + column tile; pixel_tiles is even, so that the lane
  // groups of one workgroup never differ in residue.
  let tile = first + thread / LANES;
  let row = quotient(tile, size.column_tiles);
  let e = ((tile - row * size.column_tiles) * LANES + lane) * 4u;
  let e_read = min(e, size.width - 4u);
  let block = quotient(row, size.groups);
  let g = row - block * size.groups;
  let residue = select(0u, quotient(first, size.column_tiles * size.groups * size.pixel_tiles), STRIDED);
  let p = (block - residue * size.pixel_tiles) * ROWS;
  let residue_y = select(0u, min(residue / size.phases_w, size.phases_h - 1u), STRIDED);
  let residue_x = select(0u, residue % size.phases_w, STRIDED);

  var y: array<i32, ROWS / LANES>;
  var x: array<i32, ROWS / LANES>;
  var start: array<i32, ROWS / LANES>; // element of the pixel under a tap at offset (0, 0)
  var pixel = pixel_of(p + lane);
  for (var j = 0u; j < ROWS / LANES; j++) {
    y[j] = select(0x40000000, i32(pixel.y * size.grid_step_h), pixel.n < size.n); // pixels past the end lie outside every image
    x[j] = i32(pixel.x * size.grid_step_w);
    start[j] = ((i32(pixel.n * size.source_h) + y[j]) * i32(size.source_w) + x[j]) * i32(size.source_channels) + i32(g * depth());
    pixel = further(pixel, Pixel(size.lanes_n, size.lanes_h, size.lanes_w));
  }
  let tap_y = first_tap(i32(residue_y), size.kh, size.top, size.dilation_h, size.stride_h);
  let tap_x = first_tap(i32(residue_x), size.kw, size.left, size.dilation_w, size.stride_w);
  let first_y = first_offset(i32(residue_y), tap_y, size.top, size.dilation_h, size.stride_h);
  let first_x = first_offset(i32(residue_x), tap_x, size.left, size.dilation_w, size.stride_w);
  // The weights' element at tap 0, and from tap to tap; quads from one row of a block to the others and the next block.
  let weight = select(g * size.width + e_read, e_read * size.source_channels + g * depth(), TRANSPOSED);
  let weight_tap = select(depth() * size.channels, size.width * size.source_channels, TRANSPOSED);
  let by = vec4u(1u, 2u, 3u, 4u) * (select(size.channels, size.source_channels, TRANSPOSED) / 4u);
  let next_block = select(by.w, 1u, TRANSPOSED);
  let source_depth = depth();
  var acc: array<vec4f, ROWS>;
  if (!STRIDED || (tap_y < size.kh && tap_x < size.kw)) { // a residue may meet no tap
    var offset_y = first_y;
    var i = tap_y;
    loop {
      var offset_x = first_x;
      var k = tap_x;
      loop {
        let offset = (offset_y * i32(size.source_w) + offset_x) * i32(size.source_channels);
        var at: array<u32, ROWS / LANES>;
        var inside: array<bool, ROWS / LANES>;
        for (var j = 0u; j < ROWS / LANES; j++) {
          inside[j] = u32(y[j] + offset_y) < size.source_h && u32(x[j] + offset_x) < size.source_w;
          at[j] = select(0u, u32(start[j] + offset), inside[j]);
        }
        let weights = weight + (i * size.kw + k) * weight_tap;
        var quad = weights / 4u;
        var d = 0u;
        loop {
          var a: array<vec4f, ROWS / LANES>;
          for (var j = 0u; j < ROWS / LANES; j++) { a[j] = s_quad(at[j], d, inside[j]); }
          let w = w_block(weights, d, quad, by);
          for (var j = 0u; j < ROWS / LANES; j++) { add_lanes(&acc, j, w, a[j]); }
          continuing { d += 4u; quad += next_block; break if d >= source_depth; }
        }
        offset_x += size.offset_step_w;
        continuing { k += size.tap_step_w; break if k >= size.kw; }
      }
      offset_y += size.offset_step_h;
      continuing { i += size.tap_step_h; break if i >= size.kh; }
    }
  }
  if (e >= size.width || (STRIDED && residue >= size.phases_h * size.phases_w)) { return; }
  var results = acc; // rolled and indexed: a store, with all that the fuser adds to it, is compiled once
  var pixel_out = pixel_of(p);
  let end = rows_until(p, size.n * size.grid_h * size.grid_w, ROWS);
  for (var i = 0u; i < end; i++) {
    var result = p + i;
    var inside = true;
    if (STRIDED) {
      let result_y = pixel_out.y * size.phases_h + residue_y;
      let result_x = pixel_out.x * size.phases_w + residue_x;
      inside = result_y < size.h && result_x < size.w;
      result = (pixel_out.n * size.h + result_y) * size.w + result_x;
      pixel_out = further(pixel_out, Pixel(0u, 0u, 1u));
    }
    if (inside) { store4_y((result * size.channels + g * size.width + e) / 4u, results[i]); }
  }
}
