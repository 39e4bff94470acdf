// Scalar functions of elementwise ops, where WGSL's own overflow, lose digits or are undefined.
// `f_` takes f32 and `f_4` vec4f; `_i` and `_u` are the integer forms.

// x^y, as ECMAScript has it: 1 where y = 0; NaN where x is NaN, y is NaN, |x| = 1 and y is infinite, or x < 0 and y is not whole. The
// sign of x stays where y is odd. 0 and infinity are told apart here: WGSL's pow goes by exp2(y log2 x).
fn pow_(x: f32, y: f32) -> f32 {
  let a = abs(x);
  let zero_or_infinite = a == 0.0 || isInf_(x);
  let whole = floor(y) == y;
  let odd = whole && abs(y) < 16777216.0 && fract(abs(y) * 0.5) != 0.0;
  let end = select(0.0, float_bits(0x7f800000u), (a > 1.0) == (y > 0.0));
  let magnitude = select(pow(a, y), end, zero_or_infinite || isInf_(y));
  let signed = select(magnitude, -magnitude, odd && bitcast<i32>(x) < 0);
  let nowhere = isNaN_(x) || isNaN_(y) || (a == 1.0 && isInf_(y)) || (x < 0.0 && !whole && !zero_or_infinite);
  return select(select(signed, float_bits(0x7fc00000u), nowhere), 1.0, y == 0.0);
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

// |m / (m + 2)| with m = e^(-2|x|) - 1: no cancellation near 0, no overflow.
fn tanh_4(x: vec4f) -> vec4f {
  let a = abs(x);
  let m = expm1_4(-2.0 * select(a, vec4f(15.0), a > vec4f(15.0)));
  return with_sign_4(abs(m / (m + 2.0)), x);
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

fn softplus_4(x: vec4f) -> vec4f { return select(vec4f(), x, x > vec4f()) + log1p_4(exp(-abs(x))); }
fn softplus_(x: f32) -> f32 { return softplus_4(vec4f(x)).x; }

// Maclaurin's series to x^23 below 1; above, Abramowitz & Stegun 7.1.26, |error| <= 1.5e-7.
fn erf_4(x: vec4f) -> vec4f {
  let a = select(abs(x), vec4f(9.0), abs(x) > vec4f(9.0));
  let q = a * a;
  let series = 1.0 - q * (1.0 / 3.0 - q * (1.0 / 10.0 - q * (1.0 / 42.0 - q * (1.0 / 216.0 - q * (1.0 / 1320.0 - q * (1.0 / 9360.0 - q * (1.0 / 75600.0 - q * (1.0 / 685440.0 - q * (1.0 / 6894720.0 - q * (1.0 / 76204800.0 - q / 918086400.0))))))))));
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return with_sign_4(select(1.0 - tail * exp(-q), 1.128379167 * a * series, a < vec4f(1.0)), x);
}
fn erf_(x: f32) -> f32 { return erf_4(vec4f(x)).x; }

// Giles, Approximating the erfinv function (2010), single precision: relative error about 4e-7. 1 - |x| is exact. Infinite at +-1, NaN
// beyond.
fn erfInv_4(x: vec4f) -> vec4f {
  let a = abs(x);
  let w = -(log1p_4(-a) + log1p_4(a));
  let c = w - 2.5;
  let centre = 1.50140941 + c * (0.246640727 + c * (-0.00417768164 + c * (-0.00125372503 + c * (0.00021858087 + c * (-4.39150654e-6 + c * (-3.5233877e-6 + c * (3.43273939e-7 + c * 2.81022636e-8)))))));
  let t = sqrt(select(w, vec4f(5.0), w < vec4f(5.0))) - 3.0;
  let tail = 2.83297682 + t * (1.00167406 + t * (0.00943887047 + t * (-0.0076224613 + t * (0.00573950773 + t * (-0.00367342844 + t * (0.00134934322 + t * (0.000100950558 - t * 0.000200214257)))))));
  let inside = x * select(tail, centre, w < vec4f(5.0));
  let end = select(vec4f(float_bits(0x7fc00000u)), x * float_bits(0x7f800000u), a == vec4f(1.0));
  return select(inside, end, a >= vec4f(1.0));
}
fn erfInv_(x: f32) -> f32 { return erfInv_4(vec4f(x)).x; }

fn shiftLeft_i(a: i32, b: i32) -> i32 { return a << (u32(b) & 31u); }
fn shiftLeft_u(a: u32, b: u32) -> u32 { return a << (b & 31u); }
fn shiftRight_i(a: i32, b: i32) -> i32 { return a >> (u32(b) & 31u); }
fn shiftRight_u(a: u32, b: u32) -> u32 { return a >> (b & 31u); }
fn shiftLeft_i4(a: vec4i, b: vec4i) -> vec4i { return a << (vec4u(b) & vec4u(31u)); }
fn shiftLeft_u4(a: vec4u, b: vec4u) -> vec4u { return a << (b & vec4u(31u)); }
fn shiftRight_i4(a: vec4i, b: vec4i) -> vec4i { return a >> (vec4u(b) & vec4u(31u)); }
fn shiftRight_u4(a: vec4u, b: vec4u) -> vec4u { return a >> (b & vec4u(31u)); }
