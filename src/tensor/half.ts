const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** Nearest integer, halves to even. */
export function roundHalfToEven(x: number): number {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

/** Largest finite f16. */
export const maxHalf = 65504;

/** Nearest f16, halves to even; beyond ±65504 it stays there (WGSL leaves an overflow undefined). NaN stays NaN. */
export function roundToHalf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.min(Math.abs(x), maxHalf);
  word[0] = a;
  const exponent = Math.max((bits[0]! >>> 23) - 127, -14); // −14 and below: subnormal, one spacing for all
  const spacing = 2 ** (exponent - 10);
  return Math.sign(x) * roundHalfToEven(a / spacing) * spacing;
}
