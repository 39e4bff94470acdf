// Library of sorting: keys whose order as u32 is the wanted order of x's elements. Zeros of both signs are equal; NaN comes last,
// descending too. Rows are the pairs (o, j) of x (…, count, inner). KIND: 0 f32, 1 i32, 2 u32, 3 indices, of which those outside
// 0 … limit−1 are `limit`.

const NAN_KEY = 0xffffffffu; // above that of every number, either way

fn key_of_f32(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

// First element of row r; the next ones lie `inner` apart.
fn row_start(r: u32) -> u32 {
  let o = quotient(r, size.inner);
  return o * size.count * size.inner + r - o * size.inner;
}

// Key of element k of the row that starts at `start`.
fn sort_key(start: u32, k: u32) -> u32 {
  let bits = bitcast<u32>(load_x(start + k * size.inner));
  if (KIND == 3u) { return min(bits, size.limit); }
  var key = bits;
  if (KIND == 0u) { key = key_of_f32(bits); }
  if (KIND == 1u) { key ^= 0x80000000u; }
  if (DESCENDING) { key = ~key; }
  if (KIND == 0u && (bits & 0x7fffffffu) > 0x7f800000u) { key = NAN_KEY; }
  return key;
}
