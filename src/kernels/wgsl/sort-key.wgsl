// Library of sorting: keys whose order as u32 is the wanted order of x's elements. Zeros of both signs are equal; NaN comes last,
// descending too. Rows are the pairs (o, j) of x (…, COUNT, INNER).

const NAN_KEY = 0xffffffffu; // above that of every number, either way

fn key_of_f32(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

// Key of element k of row r.
fn sort_key(r: u32, k: u32) -> u32 {
  let v = load_x((r / INNER * COUNT + k) * INNER + r % INNER);
  let bits = bitcast<u32>(v);
  var key = bits;
  if (KIND == 0u) { key = key_of_f32(bits); }
  if (KIND == 1u) { key ^= 0x80000000u; }
  if (DESCENDING) { key = ~key; }
  if (KIND == 0u && (bits & 0x7fffffffu) > 0x7f800000u) { key = NAN_KEY; }
  return key;
}
