// Scalar functions that tell NaN, infinity and signs. Where WGSL's own may drop NaN (max, min, sign), a comparison lets it through: it is
// false for NaN. Tests go by the bits: x != x may be optimised away. `f_` takes f32 and `f_4` vec4f.

fn isFinite_(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn isFinite_4(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7f800000u)) != vec4u(0x7f800000u); }
fn isNaN_(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isNaN_4(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }
fn isInf_(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn isInf_4(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) == vec4u(0x7f800000u); }

// The first at a tie. With a constant a, as in relu, nothing but one comparison and one select is left.
fn maximum_(a: f32, b: f32) -> f32 { return select(b, a, (a >= b) | !(a == a)); }
fn maximum_4(a: vec4f, b: vec4f) -> vec4f { return select(b, a, (a >= b) | !(a == a)); }
fn minimum_(a: f32, b: f32) -> f32 { return select(b, a, (a <= b) | !(a == a)); }
fn minimum_4(a: vec4f, b: vec4f) -> vec4f { return select(b, a, (a <= b) | !(a == a)); }

// Zero and NaN are their own signs.
fn sign_(x: f32) -> f32 { return select(select(x, -1.0, x < 0.0), 1.0, x > 0.0); }
fn sign_4(x: vec4f) -> vec4f { return select(select(x, vec4f(-1.0), x < vec4f()), vec4f(1.0), x > vec4f()); }

// v >= 0 or NaN, with the sign of x.
fn with_sign_4(v: vec4f, x: vec4f) -> vec4f { return bitcast<vec4f>(bitcast<vec4u>(v) | (bitcast<vec4u>(x) & vec4u(0x80000000u))); }
