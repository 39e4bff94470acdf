// Remainders with the divisor's sign, and quotients rounded down, as NumPy's. `f_` takes f32 and `f_4` vec4f; `_i` and `_u` are the
// integer forms, which give 0 where the divisor is 0.

// Long division of magnitudes, given by their bits, the divisor positive and finite: the remainder's bits, exact, and the last 32 bits
// of the whole quotient. Eight bits a step: the remainder is below the divisor's 24-bit significand.
fn long_division(a: u32, b: u32) -> vec2u {
  if (a < b) { return vec2u(a, 0u); }
  let exponents = max(vec2u(a, b) >> vec2u(23u), vec2u(1u));
  let significands = (vec2u(a, b) & vec2u(0x7fffffu)) | select(vec2u(), vec2u(0x800000u), vec2u(a, b) >= vec2u(0x800000u));
  let divisor = significands.y;
  var quotient = significands.x / divisor;
  var rest = significands.x % divisor;
  var bits = exponents.x - exponents.y;
  while (bits > 0u) {
    let step = min(bits, 8u);
    rest <<= step;
    quotient = (quotient << step) + rest / divisor;
    rest %= divisor;
    bits -= step;
  }
  let shift = min(countLeadingZeros(rest) - 8u, exponents.y - 1u);
  rest <<= shift;
  return vec2u(select(rest, rest + ((exponents.y - shift - 1u) << 23u), rest >= 0x800000u), quotient);
}

fn mod_(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a) & 0x7fffffffu;
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  if (dividend >= 0x7f800000u || divisor > 0x7f800000u || divisor == 0u) { return float_bits(0x7fc00000u); }
  var rest = dividend;
  if (divisor < 0x7f800000u) { rest = long_division(dividend, divisor).x; }
  let r = float_bits(rest | (bitcast<u32>(a) & 0x80000000u));
  return select(r, r + b, rest != 0u && bitcast<i32>(bitcast<u32>(a) ^ bitcast<u32>(b)) < 0);
}

// Exact below 2^24; a quotient beyond is whole as it is.
fn floorDiv_(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a) & 0x7fffffffu;
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  let negative = bitcast<i32>(bitcast<u32>(a) ^ bitcast<u32>(b)) < 0;
  let sign = select(0u, 0x80000000u, negative);
  if (dividend > 0x7f800000u || divisor > 0x7f800000u || (dividend | divisor) == 0u) { return float_bits(0x7fc00000u); }
  if (divisor == 0u) { return float_bits(sign | 0x7f800000u); }
  if (dividend == 0x7f800000u) { return float_bits(0x7fc00000u); }
  if (divisor == 0x7f800000u) { return select(0.0, -1.0, negative && dividend != 0u); }
  let about = a / b;
  if (abs(about) >= 16777216.0) { return about; }
  let division = long_division(dividend, divisor);
  let down = division.y + select(0u, 1u, negative && division.x != 0u);
  return float_bits(bitcast<u32>(f32(down)) | sign);
}
fn mod_4(a: vec4f, b: vec4f) -> vec4f { return vec4f(mod_(a.x, b.x), mod_(a.y, b.y), mod_(a.z, b.z), mod_(a.w, b.w)); }
fn floorDiv_4(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(floorDiv_(a.x, b.x), floorDiv_(a.y, b.y), floorDiv_(a.z, b.z), floorDiv_(a.w, b.w));
}

// Integers: the divisor's sign; 0 where the divisor is 0, as the reference.
fn mod_i4(a: vec4i, b: vec4i) -> vec4i {
  let r = a % b;
  return select(select(r, r + b, (r != vec4i()) & ((r ^ b) < vec4i())), vec4i(), b == vec4i());
}
fn floorDiv_i4(a: vec4i, b: vec4i) -> vec4i {
  let r = a % b;
  return select(a / b - select(vec4i(), vec4i(1), (r != vec4i()) & ((r ^ b) < vec4i())), vec4i(), b == vec4i());
}
fn mod_u4(a: vec4u, b: vec4u) -> vec4u { return select(a % b, vec4u(), b == vec4u()); }
fn floorDiv_u4(a: vec4u, b: vec4u) -> vec4u { return select(a / b, vec4u(), b == vec4u()); }
fn mod_i(a: i32, b: i32) -> i32 { return mod_i4(vec4i(a), vec4i(b)).x; }
fn floorDiv_i(a: i32, b: i32) -> i32 { return floorDiv_i4(vec4i(a), vec4i(b)).x; }
fn mod_u(a: u32, b: u32) -> u32 { return mod_u4(vec4u(a), vec4u(b)).x; }
fn floorDiv_u(a: u32, b: u32) -> u32 { return floorDiv_u4(vec4u(a), vec4u(b)).x; }
