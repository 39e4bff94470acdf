/** erf to about 1e-15: the series below 2.5, the continued fraction of erfc above. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 60; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  return Math.sign(x) * (1 - erfcTail(a));
}

/** 1 − erf(a) for a ≥ 2.5, without cancellation. */
function erfcTail(a: number): number {
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
}

/** The inverse of erf: Newton's method from Winitzki's closed form. */
export function erfInv(x: number): number {
  const a = Math.abs(x);
  if (!(a < 1)) return a === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN;
  const log = Math.log((1 - a) * (1 + a));
  const b = 2 / (Math.PI * 0.147) + log / 2;
  let y = Math.sqrt(Math.sqrt(b * b - log / 0.147) - b);
  for (let i = 0; i < 4; i++) {
    const excess = y < 2.5 ? erf(y) - a : 1 - a - erfcTail(y);
    y -= (excess * Math.sqrt(Math.PI)) / 2 / Math.exp(-y * y);
  }
  return Math.sign(x) * y;
}
