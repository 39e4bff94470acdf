// Scalar functions of elementwise ops, where WGSL's own overflow, lose digits or are undefined.
// `f_` takes f32 and `f_4` vec4f; `_i` and `_u` are the integer forms. Appended to a kernel that calls one of them.

// x^y. Negative x with integer y has y's parity as its sign; other y give NaN; 0^0 = 1.
fn pow_(x: f32, y: f32) -> f32 {
  let whole = floor(y) == y;
  let odd = whole && fract(abs(y) * 0.5) != 0.0;
  var nan_bits = 0x7fc00000u;
  let magnitude = select(pow(abs(x), y), 1.0, y == 0.0);
  return select(magnitude, select(bitcast<f32>(nan_bits), select(magnitude, -magnitude, odd), whole), x < 0.0);
}
fn pow_4(x: vec4f, y: vec4f) -> vec4f { return vec4f(pow_(x.x, y.x), pow_(x.y, y.y), pow_(x.z, y.z), pow_(x.w, y.w)); }

// e^x - 1: Taylor's series to x^9 below one half, where the difference would cancel.
fn expm1_4(x: vec4f) -> vec4f {
  let s = 1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0 * (1.0 + x / 9.0)))))));
  return select(exp(x) - 1.0, x * s, abs(x) < vec4f(0.5));
}
fn expm1_(x: f32) -> f32 { return expm1_4(vec4f(x)).x; }

// ln(1 + x) = 2 artanh(x / (2 + x)) on (-1/2, 1): ten terms, |s| < 1/3. WGSL's log has only an absolute bound near 1.
fn log1p_4(x: vec4f) -> vec4f {
  let s = x / (2.0 + x);
  let q = s * s;
  let series = 1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0 + q * (1.0 / 17.0 + q / 19.0))))))));
  return select(log(1.0 + x), 2.0 * s * series, (x > vec4f(-0.5)) & (x < vec4f(1.0)));
}
fn log1p_(x: f32) -> f32 { return log1p_4(vec4f(x)).x; }

// (sin r, cos r) by Taylor's series on [-pi/4, pi/4], where x = r + k pi/2; k's parity swaps them. Good for |x| < 10^5.
// pi/2 in three parts, the first two of 11 bits: k times them is exact.
fn sine_of_quarter(x: vec4f, quarter: i32) -> vec4f {
  let k = round(x * 0.636619772);
  let r = ((x - k * 1.5703125) - k * 0.00048351287841796875) - k * 3.1391647326017846e-7;
  let q = r * r;
  let sine = r * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q / 362880.0))));
  let cosine = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 - q / 3628800.0))));
  let turn = (vec4i(k) + vec4i(quarter)) & vec4i(3);
  let value = select(sine, cosine, (turn & vec4i(1)) == vec4i(1));
  return select(value, -value, turn >= vec4i(2));
}
fn sin_4(x: vec4f) -> vec4f { return sine_of_quarter(x, 0); }
fn cos_4(x: vec4f) -> vec4f { return sine_of_quarter(x, 1); }
fn sin_(x: f32) -> f32 { return sine_of_quarter(vec4f(x), 0).x; }
fn cos_(x: f32) -> f32 { return sine_of_quarter(vec4f(x), 1).x; }

// -m / (m + 2) with m = e^(-2|x|) - 1: no cancellation near 0, no overflow.
fn tanh_4(x: vec4f) -> vec4f {
  let m = expm1_4(-2.0 * min(abs(x), vec4f(15.0)));
  return sign(x) * (-m / (m + 2.0));
}
fn tanh_(x: f32) -> f32 { return tanh_4(vec4f(x)).x; }

fn sigmoid_4(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f()) / (1.0 + e);
}
fn sigmoid_(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

fn softplus_4(x: vec4f) -> vec4f { return max(x, vec4f()) + log1p_4(exp(-abs(x))); }
fn softplus_(x: f32) -> f32 { return softplus_4(vec4f(x)).x; }

// Maclaurin's series to x^23 below 1; above, Abramowitz & Stegun 7.1.26, |error| <= 1.5e-7.
fn erf_4(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(9.0));
  let q = a * a;
  let series = 1.0 - q * (1.0 / 3.0 - q * (1.0 / 10.0 - q * (1.0 / 42.0 - q * (1.0 / 216.0 - q * (1.0 / 1320.0 - q * (1.0 / 9360.0 - q * (1.0 / 75600.0 - q * (1.0 / 685440.0 - q * (1.0 / 6894720.0 - q * (1.0 / 76204800.0 - q / 918086400.0))))))))));
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * select(1.0 - tail * exp(-q), 1.128379167 * a * series, a < vec4f(1.0));
}
fn erf_(x: f32) -> f32 { return erf_4(vec4f(x)).x; }

// Giles, Approximating the erfinv function (2010), single precision: relative error about 4e-7. 1 - |x| is exact.
fn erfInv_4(x: vec4f) -> vec4f {
  let a = abs(x);
  let w = -(log1p_4(-a) + log1p_4(a));
  let c = w - 2.5;
  let centre = 1.50140941 + c * (0.246640727 + c * (-0.00417768164 + c * (-0.00125372503 + c * (0.00021858087 + c * (-4.39150654e-6 + c * (-3.5233877e-6 + c * (3.43273939e-7 + c * 2.81022636e-8)))))));
  let t = sqrt(max(w, vec4f(5.0))) - 3.0;
  let tail = 2.83297682 + t * (1.00167406 + t * (0.00943887047 + t * (-0.0076224613 + t * (0.00573950773 + t * (-0.00367342844 + t * (0.00134934322 + t * (0.000100950558 - t * 0.000200214257)))))));
  return x * select(tail, centre, w < vec4f(5.0));
}
fn erfInv_(x: f32) -> f32 { return erfInv_4(vec4f(x)).x; }

// floor(a / b); the division may miss an integer by a few units, which the remainder shows.
fn floorDiv_4(a: vec4f, b: vec4f) -> vec4f {
  let q = floor(a / b);
  let r = fma(-q, b, a);
  return q + select(vec4f(), vec4f(1.0), (abs(r) >= abs(b)) & (r * b > vec4f())) - select(vec4f(), vec4f(1.0), r * b < vec4f());
}
fn mod_4(a: vec4f, b: vec4f) -> vec4f { return fma(-floorDiv_4(a, b), b, a); }
fn floorDiv_(a: f32, b: f32) -> f32 { return floorDiv_4(vec4f(a), vec4f(b)).x; }
fn mod_(a: f32, b: f32) -> f32 { return mod_4(vec4f(a), vec4f(b)).x; }

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

// By the bits: comparisons with itself may be optimised away.
fn isFinite_(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn isFinite_4(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) != vec4u(0x7f800000u); }

fn shiftLeft_i(a: i32, b: i32) -> i32 { return a << (u32(b) & 31u); }
fn shiftLeft_u(a: u32, b: u32) -> u32 { return a << (b & 31u); }
fn shiftRight_i(a: i32, b: i32) -> i32 { return a >> (u32(b) & 31u); }
fn shiftRight_u(a: u32, b: u32) -> u32 { return a >> (b & 31u); }
fn shiftLeft_i4(a: vec4i, b: vec4i) -> vec4i { return a << (vec4u(b) & vec4u(31u)); }
fn shiftLeft_u4(a: vec4u, b: vec4u) -> vec4u { return a << (b & vec4u(31u)); }
fn shiftRight_i4(a: vec4i, b: vec4i) -> vec4i { return a >> (vec4u(b) & vec4u(31u)); }
fn shiftRight_u4(a: vec4u, b: vec4u) -> vec4u { return a >> (b & vec4u(31u)); }
