// Library: the Threefry-2x32 block cipher with 20 rounds (Salmon et al. 2011). Integers only: the same bits everywhere.

fn threefry_rounds(x: vec2u, rotations: vec4u) -> vec2u {
  var v = x;
  for (var i = 0u; i < 4u; i++) {
    v.x += v.y;
    v.y = (v.y << rotations[i]) | (v.y >> (32u - rotations[i]));
    v.y ^= v.x;
  }
  return v;
}

fn threefry_block(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  let even = vec4u(13u, 15u, 26u, 6u);
  let odd = vec4u(17u, 29u, 16u, 24u);
  var v = counter + key;
  v = threefry_rounds(v, even) + vec2u(key.y, third + 1u);
  v = threefry_rounds(v, odd) + vec2u(third, key.x + 2u);
  v = threefry_rounds(v, even) + vec2u(key.x, key.y + 3u);
  v = threefry_rounds(v, odd) + vec2u(key.y, third + 4u);
  return threefry_rounds(v, even) + vec2u(third, key.x + 5u);
}
