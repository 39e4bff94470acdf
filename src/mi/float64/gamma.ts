/** Coefficients of x⁻² in the asymptotic series: of ln Γ times x, B₂ₖ/(2k(2k − 1)); of ψ, −B₂ₖ/(2k). */
const logGammaSeries = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156];
const digammaSeries = [-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132, 691 / 32760, -1 / 12];
const far = 10; // from here the series above have an error below 1e-15

/** ln Γ(x) for x > 0: Stirling's series beyond 10, Γ(x + 1) = x·Γ(x) before. */
export function logGamma(x: number): number {
  let [at, product] = [x, 1];
  for (; at < far; at++) product *= at;
  const inverse = 1 / (at * at);
  const tail = logGammaSeries.reduceRight((sum, c) => sum * inverse + c, 0) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + tail - Math.log(product);
}

/** ψ(x) = d ln Γ/dx for x > 0, in the same way. */
export function digamma(x: number): number {
  let [at, sum] = [x, 0];
  for (; at < far; at++) sum -= 1 / at;
  const inverse = 1 / (at * at);
  return sum + Math.log(at) - 0.5 / at + digammaSeries.reduceRight((s, c) => s * inverse + c, 0) * inverse;
}
