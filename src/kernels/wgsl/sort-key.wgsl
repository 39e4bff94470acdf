// Library of sorting: keys whose order as u32 is the wanted order of x's elements. Zeros of both signs are equal; NaN comes last
// among ascending values. Rows are the pairs (o, j) of x (…, COUNT, INNER).

fn key_of_f32(v: f32) -> u32 {
  let bits = bitcast<u32>(v);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

// Key of element k of row r.
fn sort_key(r: u32, k: u32) -> u32 {
  let v = load_x((r / INNER * COUNT + k) * INNER + r % INNER);
  var key = bitcast<u32>(v);
  if (KIND == 0u) { key = key_of_f32(bitcast<f32>(key)); }
  if (KIND == 1u) { key ^= 0x80000000u; }
  return select(key, ~key, DESCENDING);
}
