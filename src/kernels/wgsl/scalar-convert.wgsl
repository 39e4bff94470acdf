// Conversions to narrower dtypes: the ends of the range beyond it, 0 of NaN where there is none. `f_` takes f32 and `f_4` vec4f; `_i` and
// `_u` take integers.

fn i32_of_(x: f32) -> i32 { return select(select(i32(x), 0x7fffffff, x >= 2147483648.0), 0, isNaN_(x)); }
fn i32_of_4(x: vec4f) -> vec4i { return select(select(vec4i(x), vec4i(0x7fffffff), x >= vec4f(2147483648.0)), vec4i(), isNaN_4(x)); }
fn u32_of_(x: f32) -> u32 { return select(select(u32(x), 0xffffffffu, x >= 4294967296.0), 0u, isNaN_(x)); }
fn u32_of_4(x: vec4f) -> vec4u { return select(select(vec4u(x), vec4u(0xffffffffu), x >= vec4f(4294967296.0)), vec4u(), isNaN_4(x)); }

fn u8_of_(x: f32) -> u32 { return u32(select(0.0, min(x, 255.0), x > 0.0)); }
fn u8_of_4(x: vec4f) -> vec4u { return vec4u(select(vec4f(), min(x, vec4f(255.0)), x > vec4f())); }
fn u8_of_i(x: i32) -> u32 { return u32(clamp(x, 0, 255)); }
fn u8_of_i4(x: vec4i) -> vec4u { return vec4u(clamp(x, vec4i(), vec4i(255))); }
fn u8_of_u(x: u32) -> u32 { return min(x, 255u); }
fn u8_of_u4(x: vec4u) -> vec4u { return min(x, vec4u(255u)); }

// The nearest f16, halves to even, at most 65504; NaN stays. Below 2^-14 f16 has one spacing, 2^-24; above, thirteen bits go.
fn f16_of_4(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(65504.0));
  let bits = bitcast<vec4u>(a);
  let normal = bitcast<vec4f>((bits + vec4u(0xfffu) + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u));
  let small = round(a * 16777216.0) * 5.9604644775390625e-8;
  return select(with_sign_4(select(normal, small, a < vec4f(6.103515625e-5)), x), x, isNaN_4(x));
}
fn f16_of_(x: f32) -> f32 { return f16_of_4(vec4f(x)).x; }
