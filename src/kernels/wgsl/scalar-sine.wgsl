// sin and cos of every finite f32, to a few units in the last place; NaN of infinity. `f_` takes f32 and `f_4` vec4f.
// x = r + k pi/2 with |r| <= pi/4: Taylor's series of r, and k's parity swaps the two. Cody and Waite's reduction (pi/2 in parts) near
// 0, Payne and Hanek's (x times the bits of 2/pi that matter) far out.

// The upper word of a * b.
fn upper_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a & 0xffffu) * (b >> 16u) + (low >> 16u);
  let other = (a >> 16u) * (b & 0xffffu) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}

// (r, k mod 4) of |x| >= 2^-7. x = m 2^(e - 150), so bits of 2/pi above the place 151 - e count whole turns only; the next 96 times m
// are two bits of k and 94 bits of r / (pi/2).
fn reduce_far(x: f32) -> vec2f {
  let two_over_pi = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let magnitude = bitcast<u32>(x) & 0x7fffffffu;
  let m = (magnitude & 0x7fffffu) | 0x800000u;
  let first = (magnitude >> 23u) - 120u;
  let word = first >> 5u;
  let shift = first & 31u;
  var bits: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    bits[i] = (two_over_pi[word + i] << shift) | ((two_over_pi[word + i + 1u] >> 1u) >> (31u - shift));
  }
  let p2 = m * bits[2];
  let carried = upper_product(m, bits[2]);
  let p1 = m * bits[1] + carried;
  let p0 = m * bits[0] + upper_product(m, bits[1]) + select(0u, 1u, p1 < carried);
  var high = (p0 << 2u) | (p1 >> 30u);
  var low = (p1 << 2u) | (p2 >> 30u);
  let beyond = high >= 0x80000000u; // half a quarter turn: the next one is nearer
  if (beyond) {
    high = ~high + select(0u, 1u, low == 0u);
    low = 0u - low;
  }
  let r = (f32(high) * 2.3283064365386963e-10 + f32(low) * 5.421010862427522e-20) * 1.5707963267948966;
  let k = (p0 >> 30u) + select(0u, 1u, beyond);
  let reduced = vec2f(select(r, -r, beyond != (x < 0.0)), f32(select(k, 4u - k, x < 0.0)));
  return select(reduced, vec2f(float_bits(0x7fc00000u)), magnitude >= 0x7f800000u);
}

// pi/2 in three parts, the first two so short that k times them is exact for |k| < 2^15.
fn sine_of_quarter(x: vec4f, quarter: i32) -> vec4f {
  var k = round(x * 0.636619772);
  var r = ((x - k * 1.5703125) - k * 0.00048351287841796875) - k * 3.1391647326017846e-7;
  let far = abs(x) > vec4f(30000.0);
  if (any(far)) {
    for (var lane = 0u; lane < 4u; lane++) {
      if (far[lane]) {
        let reduced = reduce_far(x[lane]);
        r[lane] = reduced.x;
        k[lane] = reduced.y;
      }
    }
  }
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
