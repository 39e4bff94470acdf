const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** Nearest integer, halves to even. */
export function roundHalfToEven(x: number): number {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

/** Largest finite f16. */
const maxHalf = 65504;

/** Nearest f16, halves to even; beyond ±65504 it stays there (WGSL leaves an overflow undefined). NaN stays NaN. */
export function roundToHalf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.min(Math.abs(x), maxHalf);
  word[0] = a;
  const exponent = Math.max((bits[0]! >>> 23) - 127, -14); // −14 and below: subnormal, one spacing for all
  const spacing = 2 ** (exponent - 10);
  return Math.sign(x) * roundHalfToEven(a / spacing) * spacing;
}

/** IEEE 754 binary16 bits of the nearest value that f16 holds; those of the quiet NaN for NaN. */
export function toHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const value = roundToHalf(x);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const a = Math.abs(value);
  if (a === 0) return sign;
  const exponent = Math.max(-14, Math.floor(Math.log2(a)));
  const mantissa = a / 2 ** (exponent - 10); // 1024 … 2047, below 1024 when subnormal
  return sign + (mantissa < 1024 ? mantissa : (exponent + 15) * 1024 + mantissa - 1024);
}

/** The value of binary16 bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
