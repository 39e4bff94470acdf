// Sixteen-bit floats as f32 values. Every one of them is exact in f32.

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 mantissa bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** bfloat16: the upper half of an f32. */
export function fromBfloat(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
