// y[i] = images[indices[i]] / 255, cropped out of zero padding, mirrored and with a hole, as Threefry's words for row i say.
// images u8 (COUNT, H, W, C), indices (BATCH), key (2), y (BATCH, H, W, C). STRIPES workgroups share an image, so that few
// invocations compute its random words.

fn in_hole(at: i32, centre: u32) -> bool { return at >= i32(centre) - HALF && at < i32(centre) + HALF; }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let id = group.y * groups.x + group.x;
  let i = id / STRIPES;
  let sample = load_indices(min(i, BATCH - 1u));
  let key = vec2u(load_key(0u), load_key(1u));
  let place = threefry_block(key, vec2u(i, 0u));
  let rest = threefry_block(key, vec2u(i, 1u));
  let top = i32(place.x % u32(2 * CROP + 1)) - CROP;
  let left = i32(place.y % u32(2 * CROP + 1)) - CROP;
  let mirrored = FLIP && rest.x >= 0x80000000u;
  let hole_y = (rest.y & 0xffffu) % H;
  let hole_x = (rest.y >> 16u) % W;
  let known = sample >= 0 && sample < i32(COUNT);
  for (var e = id % STRIPES * 64u + thread; e < H * W * C; e += 64u * STRIPES) {
    let r = i32(e / (W * C));
    let s = i32(e / C % W);
    let row = r + top;
    let column = select(s, i32(W) - 1 - s, mirrored) + left;
    let hidden = in_hole(r, hole_y) && in_hole(s, hole_x);
    let inside = known && !hidden && row >= 0 && row < i32(H) && column >= 0 && column < i32(W);
    let source = ((u32(sample) * H + u32(row)) * W + u32(column)) * C + e % C;
    let byte = load_images(select(0u, source, inside));
    if (i < BATCH) { store_y(i * H * W * C + e, select(0.0, f32(byte) / 255.0, inside)); }
  }
}
