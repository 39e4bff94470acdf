// Scalar functions: hyperbolic functions, their inverses, and the angle of a point. WGSL's own overflow early or lose digits near 0.
// `f_` takes f32 and `f_4` vec4f.

// (e^x - e^-x) / 2: Taylor's series to x^11 below 1. e^x as the square of e^(x/2), since the half of it may be finite where it is not.
fn sinh_4(x: vec4f) -> vec4f {
  let a = abs(x);
  let q = a * a;
  let series = a * (1.0 + q / 6.0 * (1.0 + q / 20.0 * (1.0 + q / 42.0 * (1.0 + q / 72.0 * (1.0 + q / 110.0)))));
  let e = exp(0.5 * a);
  return with_sign_4(select(0.5 * e * e - 0.5 / (e * e), series, a < vec4f(1.0)), x);
}
fn sinh_(x: f32) -> f32 { return sinh_4(vec4f(x)).x; }

fn cosh_4(x: vec4f) -> vec4f {
  let e = exp(0.5 * abs(x));
  return 0.5 * e * e + 0.5 / (e * e);
}
fn cosh_(x: f32) -> f32 { return cosh_4(vec4f(x)).x; }

// ln(|x| + sqrt(x^2 + 1)), as ln(1 + small) near 0; ln 2|x| where x^2 may overflow.
fn asinh_4(x: vec4f) -> vec4f {
  let a = abs(x);
  let q = a * a;
  let near = log1p_4(a + q / (1.0 + sqrt(q + 1.0)));
  return with_sign_4(select(near, log(a) + 0.69314718, a > vec4f(1e9)), x);
}
fn asinh_(x: f32) -> f32 { return asinh_4(vec4f(x)).x; }

// ln(x + sqrt(x^2 - 1)) by t = x - 1; NaN below 1.
fn acosh_4(x: vec4f) -> vec4f {
  let t = x - 1.0;
  let value = select(log1p_4(t + sqrt(t * (t + 2.0))), log(x) + 0.69314718, x > vec4f(1e9));
  return select(value, vec4f(float_bits(0x7fc00000u)), x < vec4f(1.0));
}
fn acosh_(x: f32) -> f32 { return acosh_4(vec4f(x)).x; }

// atan t, 0 <= t <= 1: about tan(pi/8) or 0, by a polynomial of Cephes' degree (Moshier, atanf).
fn atan_unit(t: f32) -> f32 {
  let high = t > 0.41421356;
  let u = select(t, (t - 1.0) / (t + 1.0), high);
  let q = u * u;
  let p = (((8.05374449538e-2 * q - 1.38776856032e-1) * q + 1.99777106478e-1) * q - 3.33329491539e-1) * q * u + u;
  return select(p, p + 0.78539816, high);
}

// The angle of (x, y) in (-pi, pi], signs of zeros as ECMAScript has them. The quotient is taken of scaled numbers: WGSL promises nothing of
// divisors beyond 2^126.
fn atan2_(y: f32, x: f32) -> f32 {
  let scale = select(1.0, 5.421010862427522e-20, max(abs(x), abs(y)) > 1.8446744073709552e19);
  let a = abs(y) * scale;
  let b = abs(x) * scale;
  let quotient = select(min(a, b) / max(a, b), 0.0, max(a, b) == 0.0);
  let r = atan_unit(select(quotient, 1.0, isInf_(x) && isInf_(y)));
  let eighth = select(r, 1.57079633 - r, a > b);
  let half = select(eighth, 3.14159265 - eighth, bitcast<i32>(x) < 0);
  let signed = bitcast<f32>(bitcast<u32>(half) | (bitcast<u32>(y) & 0x80000000u));
  return select(signed, float_bits(0x7fc00000u), isNaN_(x) || isNaN_(y));
}
fn atan2_4(y: vec4f, x: vec4f) -> vec4f { return vec4f(atan2_(y.x, x.x), atan2_(y.y, x.y), atan2_(y.z, x.z), atan2_(y.w, x.w)); }

// NaN counts as positive.
fn copySign_4(a: vec4f, b: vec4f) -> vec4f {
  let sign = select(bitcast<vec4u>(b) & vec4u(0x80000000u), vec4u(), isNaN_4(b));
  return bitcast<vec4f>((bitcast<vec4u>(a) & vec4u(0x7fffffffu)) | sign);
}
fn copySign_(a: f32, b: f32) -> f32 { return copySign_4(vec4f(a), vec4f(b)).x; }
