/** Bernoulli's numbers B₂ … B₁₆. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** ln |Γ(x)| to about 1e-15: Stirling's series from 16 on, the recurrence below, the reflection left of 0. Abramowitz & Stegun 6.1. */
export function lgamma(x: number): number {
  if (Math.abs(x) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (x < 0) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.round(x))))) - lgamma(1 - x);
  let z = x;
  let product = 1;
  while (z < 16) product *= z++;
  let series = 0;
  bernoulli.forEach((b, i) => {
    const k = 2 * (i + 1);
    series += b / (k * (k - 1) * z ** (k - 1));
  });
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}

/** Orders and arguments that {@link polygamma} takes: a GPU counts up from `lowest` one by one. */
const mostOrder = 30;
const lowest = -64;

/**
 * ψ⁽ⁿ⁾(x), the derivative of order n + 1 of ln Γ: the recurrence up to 20 + n, from there the asymptotic series, Abramowitz & Stegun
 * 6.4.6 and 6.4.11. The order is rounded; NaN beyond 0 … 30 and for x < −64.
 */
export function polygamma(order: number, x: number): number {
  const n = Math.floor(order + 0.5);
  if (!(n >= 0 && n <= mostOrder && x >= lowest)) return Number.NaN;
  let total = 0;
  let z = x;
  for (; z < 20 + n; z++) total += factorialOver(n, z) / z;
  const power = factorialOver(n, z);
  total += (n === 0 ? -Math.log(z) : power / n) + power / (2 * z);
  let term = (power * (n + 1)) / (2 * z * z);
  bernoulli.forEach((b, i) => {
    total += b * term;
    const k = 2 * (i + 1);
    term *= ((k + n) * (k + n + 1)) / ((k + 1) * (k + 2) * z * z);
  });
  return n % 2 === 0 ? -total : total;
}

/** n!/zⁿ, without an overflow of either. */
function factorialOver(n: number, z: number): number {
  let quotient = 1;
  for (let i = 1; i <= n; i++) quotient *= i / z;
  return quotient;
}
