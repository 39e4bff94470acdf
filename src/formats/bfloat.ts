const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** bfloat16: the upper half of an f32. */
export function fromBfloat(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
