// Library: ⌊a / b⌋ and a mod b of numbers that may be known at run time only. Vectors of integers have no division instruction, so
// compilers divide lane by lane, tens of cycles each; floats divide at once. The first estimate is off by 2⁻²² of a / b at most, the
// second, of the remainder, by 1: exact for all a < 2³¹ and 1 ≤ b < 2³¹.
fn quotient(a: u32, b: u32) -> u32 {
  if (!SIZES_ARE_DATA) { return a / b; }
  let by = f32(i32(b)); // of i32: cheaper than of u32
  let first = i32(f32(i32(a)) / by);
  let rest = i32(a) - first * i32(b);
  let q = first + i32(f32(rest) / by);
  let r = i32(a) - q * i32(b);
  return u32(q + select(0, 1, r >= i32(b)) - select(0, 1, r < 0));
}

fn rest_of(a: u32, b: u32) -> u32 { return a - quotient(a, b) * b; }
