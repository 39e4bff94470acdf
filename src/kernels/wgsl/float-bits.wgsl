// Library: the f32 of some bits. WGSL refuses infinite and NaN constants, and constant expressions that come to them. A call of a
// function is not a constant expression, so `float_bits(0x7f800000u)` is how a kernel writes infinity.
fn float_bits(bits: u32) -> f32 { return bitcast<f32>(bits); }
