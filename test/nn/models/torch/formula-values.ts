/** `uniforms` of make_vectors.py: numbers in [−1/2, 1/2), of 23 bits: one more than each is still exact in f32. */
export function uniforms(name: string, size: number): Float32Array {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619);
  return Float32Array.from({ length: size }, (_, i) => {
    let h = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 9) / 2 ** 23 - 0.5;
  });
}

/** `weight_of` of make_vectors.py: the array of a PyTorch name, in PyTorch's layout. */
export function weightOf(name: string, shape: readonly number[]): Float32Array {
  const reads = shape.slice(1).reduce((a, b) => a * b, 1);
  const u = uniforms(name, shape[0]! * reads);
  if (shape.length > 1) {
    const scale = 2 ** Math.round(Math.log2(Math.sqrt(24 / reads)));
    return u.map((value) => value * scale);
  }
  return /(weight|running_var)$/.test(name) ? u.map((value) => value + 1) : u;
}
