// Library of max pooling. Images x (N, H, W, C), windows (N, OH, OW) of SIZE_H × SIZE_W pixels.

fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

// Element of x: the first maximum, or the first NaN, in row-major order, of window (r, q) of image n in one channel. Padding never wins.
fn first_maximum(n: u32, r: u32, q: u32, channel: u32) -> u32 {
  let top = i32(r) * STRIDE_H - TOP;
  let left = i32(q) * STRIDE_W - LEFT;
  var found = false;
  var best = 0.0;
  var at = 0u;
  for (var i = 0; i < SIZE_H; i++) {
    for (var j = 0; j < SIZE_W; j++) {
      let y = top + i;
      let x = left + j;
      let inside = y >= 0 && y < i32(H) && x >= 0 && x < i32(W);
      let here = select(0u, ((n * H + u32(y)) * W + u32(x)) * C + channel, inside);
      let value = load_x(here);
      // NaN by its bits: compilers may take it that there is none, and drop a comparison that would find it
      let wins = inside && (!found || (!is_nan(best) && (value > best || is_nan(value))));
      best = select(best, value, wins);
      at = select(at, here, wins);
      found = found || inside;
    }
  }
  return at;
}
