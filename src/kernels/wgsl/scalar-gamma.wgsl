// Scalar functions: ln |gamma(x)| and the derivatives of ln gamma(x). Abramowitz & Stegun 6.1.41, 6.4.6, 6.4.11: the recurrence takes the
// argument to where the asymptotic series has the digits of f32. `f_` takes f32 and `f_4` vec4f.

fn lgamma_(x: f32) -> f32 {
  var z = select(x, 1.0 - x, x < 0.0);
  var product = 1.0;
  for (var k = 0u; k < 8u; k++) {
    if (z < 8.0) {
      product *= z;
      z += 1.0;
    }
  }
  let l = log(z);
  let q = 1.0 / z;
  let series = q * (1.0 / 12.0 - q * q * (1.0 / 360.0 - q * q / 1260.0));
  let value = z * (l - 1.0) - 0.5 * l + 0.91893853 + series - log(product);
  let part = abs(x - round(x)); // to the nearest pole, where x < 0
  let reflected = 1.14472989 - log(sin_(3.14159265 * part)) - value;
  let pole = isInf_(x) || (x < 0.0 && part == 0.0);
  return select(select(value, reflected, x < 0.0), float_bits(0x7f800000u), pole);
}
fn lgamma_4(x: vec4f) -> vec4f { return vec4f(lgamma_(x.x), lgamma_(x.y), lgamma_(x.z), lgamma_(x.w)); }

// n! / z^n, without an overflow of either.
fn factorial_over(n: f32, z: f32) -> f32 {
  var quotient = 1.0;
  for (var i = 1.0; i <= n; i += 1.0) { quotient *= i / z; }
  return quotient;
}

// The derivative of order n + 1, n rounded. NaN unless n is 0 ... 30 and x >= -64.
fn polygamma_(order: f32, x: f32) -> f32 {
  let n = floor(order + 0.5);
  if (!(n >= 0.0 && n <= 30.0 && x >= -64.0)) { return float_bits(0x7fc00000u); }
  var total = 0.0;
  var z = x;
  for (; z < 8.0 + n; z += 1.0) { total += factorial_over(n, z) / z; }
  let power = factorial_over(n, z);
  let rest = power / (2.0 * z);
  let q = 1.0 / (z * z);
  var term = power * (n + 1.0) * 0.5 * q;
  let bernoulli = array<f32, 5>(1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0);
  var series = 0.0;
  for (var i = 0u; i < 5u; i++) {
    let k = 2.0 * f32(i + 1u);
    series += bernoulli[i] * term;
    term *= (k + n) * (k + n + 1.0) / ((k + 1.0) * (k + 2.0)) * q;
  }
  let sum = total + (select(power / n, -log(z), n == 0.0) + (rest + series));
  return select(sum, -sum, fract(n * 0.5) == 0.0);
}
fn polygamma_4(n: vec4f, x: vec4f) -> vec4f { return vec4f(polygamma_(n.x, x.x), polygamma_(n.y, x.y), polygamma_(n.z, x.z), polygamma_(n.w, x.w)); }
