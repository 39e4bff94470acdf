// Library of conv2d-subgroup: four source channels of a pixel, and the 4 × 4 weights that they meet. ALIGNED: the source channels of
// a group are divisible by 4; TRANSPOSED: the input gradient, whose weights have the channel axes swapped.

// Source channels of a group: data, but for the few of an image, where a loop over quads would be half empty.
fn depth() -> u32 { return select(DEPTH, size.depth, DEPTH == 0u); }

fn s_element(at: u32, d: u32, inside: bool) -> f32 {
  let within = inside && d < depth();
  return select(0.0, load_s(select(0u, at + d, within)), within);
}

// Channels d … d+3 of the pixel whose group starts at element `at`, zero where it is outside: `at` is then any that can be read.
fn s_quad(at: u32, d: u32, inside: bool) -> vec4f {
  if (ALIGNED) { return select(vec4f(), load4_s((at + d) / 4u), inside); }
  return vec4f(
    s_element(at, d, inside), s_element(at, d + 1u, inside),
    s_element(at, d + 2u, inside), s_element(at, d + 3u, inside),
  );
}

// Weights from source channel d to result channels e … e+3, `at` being element (tap, 0, e); zero past the group.
fn w_row(at: u32, d: u32) -> vec4f {
  let v = load4_w((at + min(d, depth() - 1u) * size.channels) / 4u);
  return select(vec4f(), v, d < depth());
}

// Weights from source channel d to one result channel, `at` being its element (tap, e, 0).
fn w_element(at: u32, d: u32) -> f32 {
  return select(0.0, load_w(at + min(d, depth() - 1u)), d < depth());
}

fn w_column(at: u32, d: u32) -> vec4f {
  return vec4f(w_element(at, d), w_element(at, d + 1u), w_element(at, d + 2u), w_element(at, d + 3u));
}

// Weights from source channels d … d+3 (columns of the matrix) to result channels e … e+3 (its rows). `at` is element (tap, 0, e),
// or (tap, e, 0) in the gradient; `quad` and the quads `by` further on hold the block where channels are ALIGNED.
fn w_block(at: u32, d: u32, quad: u32, by: vec4u) -> mat4x4f {
  if (ALIGNED) {
    let block = mat4x4f(load4_w(quad), load4_w(quad + by.x), load4_w(quad + by.y), load4_w(quad + by.z));
    if (TRANSPOSED) { return transpose(block); }
    return block;
  }
  if (TRANSPOSED) {
    let step = size.source_channels;
    return transpose(mat4x4f(
      w_column(at, d), w_column(at + step, d), w_column(at + 2u * step, d), w_column(at + 3u * step, d),
    ));
  }
  return mat4x4f(w_row(at, d), w_row(at, d + 1u), w_row(at, d + 2u), w_row(at, d + 3u));
}
