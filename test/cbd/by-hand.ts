/** CBD's `official` arithmetic in plain float64, forward and backward by hand: matrices as arrays of rows. */
export type Matrix = number[][];

export const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
export const turned = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const zip = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, b[i]![j]!)));
const columnSums = (a: Matrix): Matrix => [a.reduce((sum, row) => sum.map((x, j) => x + row[j]!))];

/** A classifier: z = relu(x·a + b), logits = z·c. `b` is one row. */
export interface Net {
  a: Matrix;
  b: Matrix;
  c: Matrix;
}

export function forward(net: Net, x: Matrix): { z: Matrix; probabilities: Matrix } {
  const z = times(x, net.a).map((row) => row.map((value, j) => Math.max(0, value + net.b[0]![j]!)));
  const probabilities = times(z, net.c).map((row) => {
    const largest = Math.max(...row);
    const parts = row.map((value) => Math.exp(value - largest));
    return parts.map((part) => part / parts.reduce((s, t) => s + t, 0));
  });
  return { z, probabilities };
}

export const crossEntropy = (probabilities: Matrix, labels: number[]): number[] =>
  labels.map((label, i) => -Math.log(probabilities[i]![label]!));

/** The authors' weights: CE_B/(CE_C + CE_B + 1e-8), scaled to a batch mean of 1. */
export function authorsWeights(lossB: number[], lossC: number[]): number[] {
  const raw = lossB.map((b, i) => b / (lossC[i]! + b + 1e-8));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((w) => (w * raw.length) / total);
}

/** Gradient of mean(w·CE) + ⟨gz, z⟩. */
export function backward(net: Net, x: Matrix, labels: number[], weights: number[], gz: Matrix): Net {
  const { z, probabilities } = forward(net, x);
  const gLogits = probabilities.map((row, i) =>
    row.map((p, j) => ((p - (labels[i] === j ? 1 : 0)) * weights[i]!) / labels.length),
  );
  const back = zip(times(gLogits, turned(net.c)), gz, (g, extra) => g + extra);
  const gPre = zip(back, z, (g, value) => (value > 0 ? g : 0));
  return { a: times(turned(x), gPre), b: columnSums(gPre), c: times(turned(z), gLogits) };
}

/** PyTorch's SGD, Nesterov: g += wd·w; v = μv + g; w −= lr·(g + μv). Returns parameter and velocity. */
export function sgdNesterov(w: Matrix, g: Matrix, v: Matrix, lr: number): [Matrix, Matrix] {
  const decayed = zip(g, w, (gi, wi) => gi + 1e-4 * wi);
  const velocity = zip(v, decayed, (vi, gi) => 0.9 * vi + gi);
  const step = zip(decayed, velocity, (gi, vi) => gi + 0.9 * vi);
  return [zip(w, step, (wi, si) => wi - lr * si), velocity];
}

/** PyTorch's Adam, step number `t` from 1. Returns parameter and both moments. */
export function adamStep(
  w: Matrix,
  g: Matrix,
  [m, v]: [Matrix, Matrix],
  t: number,
  lr: number,
): [Matrix, Matrix, Matrix] {
  const first = zip(m, g, (mi, gi) => 0.9 * mi + 0.1 * gi);
  const second = zip(v, g, (vi, gi) => 0.999 * vi + 0.001 * gi * gi);
  const step = zip(first, second, (mi, vi) => mi / (1 - 0.9 ** t) / (Math.sqrt(vi / (1 - 0.999 ** t)) + 1e-8));
  return [zip(w, step, (wi, si) => wi - lr * si), first, second];
}

/** The critic: weights (2h, k), (1, k), (k, 1). */
export interface Critic {
  weight: Matrix;
  bias: Matrix;
  out: Matrix;
}

/** Dropout masks, already divided by the rate kept: of the pair and of the hidden layer. */
export interface Masks {
  pair: Matrix;
  hidden: Matrix;
}

/** Σ_i scale·D(r_i, z_i) with its gradients in the weights and in z. */
export function criticTerm(
  { weight, bias, out }: Critic,
  r: Matrix,
  z: Matrix,
  masks: Masks,
  scale: number,
): { gradient: Critic; gz: Matrix } {
  const h = z[0]!.length;
  const pair = zip(
    r.map((row, i) => [...row, ...z[i]!]),
    masks.pair,
    (x, mask) => x * mask,
  );
  const pre = times(pair, weight).map((row) => row.map((value, j) => value + bias[0]![j]!));
  const hidden = zip(
    pre.map((row) => row.map((x) => (x > 0 ? x : 0.01 * x))),
    masks.hidden,
    (x, mask) => x * mask,
  );
  const gHidden = hidden.map(() => out.map(([w]) => scale * w!));
  const gPre = zip(
    zip(gHidden, masks.hidden, (g, mask) => g * mask),
    pre,
    (g, x) => (x > 0 ? g : 0.01 * g),
  );
  const gPair = zip(times(gPre, turned(weight)), masks.pair, (g, mask) => g * mask);
  const gOut = turned([columnSums(hidden)[0]!.map((x) => scale * x)]);
  return {
    gradient: { weight: times(turned(pair), gPre), bias: columnSums(gPre), out: gOut },
    gz: gPair.map((row) => row.slice(h)),
  };
}

/** The authors' spectral normalisation: W/√σ̂ with five iterations from ones on PyTorch's (out, in) weight. */
export function authorsNormalize(inOut: Matrix): Matrix {
  const w = turned(inOut);
  const unit = (row: number[]): number[] => row.map((x) => x / Math.hypot(...row));
  let u = new Array<number>(w[0]!.length).fill(1);
  let v: number[] = [];
  for (let i = 0; i < 5; i++) {
    v = unit(w.map((row) => row.reduce((sum, x, j) => sum + x * u[j]!, 0)));
    u = unit(w[0]!.map((_, j) => w.reduce((sum, row, k) => sum + row[j]! * v[k]!, 0)));
  }
  const sigma = w.reduce((sum, row, k) => sum + v[k]! * row.reduce((inner, x, j) => inner + x * u[j]!, 0), 0);
  return inOut.map((row) => row.map((x) => x / Math.sqrt(sigma)));
}

/** Row i + 1 (mod n) at i. */
export const rolled = (a: Matrix): Matrix => a.map((_, i) => a[(i + 1) % a.length]!);
/** Undoes {@link rolled}. */
export const rolledBack = (a: Matrix): Matrix => a.map((_, i) => a[(i + a.length - 1) % a.length]!);
export const plus = (a: Matrix, b: Matrix): Matrix => zip(a, b, (x, y) => x + y);
export const like = (a: Matrix, value: number): Matrix => a.map((row) => row.map(() => value));
