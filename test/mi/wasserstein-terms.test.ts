import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.ts";
import type { CriticParams } from "../../src/mi/wasserstein/critic.ts";
import { criticScores, initCritic } from "../../src/mi/wasserstein/critic.ts";
import { wassersteinTerms } from "../../src/mi/wasserstein/wasserstein-terms.ts";
import { mean } from "../../src/tensor/ops/mean.ts";
import { key, normal } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";

const read = async (x: AnyTensor): Promise<number[]> => [...(await evaluateReference(x).data())];

describe("wassersteinTerms", () => {
  const [n, h] = [5, 3];
  const critic = evaluateReference(initCritic(key(1), 2 * h, 4)).params;
  const r = evaluateReference(normal(key(2), [n, h]));
  const z = evaluateReference(normal(key(3), [n, h]));
  const roll = { shuffle: "roll", dropout: 0 } as const;

  it("is 0 when all z are equal, and for a batch of one", async () => {
    const same = tensor(Array.from({ length: n }, () => [0.5, -1, 2]));
    for (const shuffle of ["roll", "permutation"] as const) {
      for (const d of await read(wassersteinTerms(critic, r, same, key(4), { shuffle, dropout: 0 }))) {
        expect(Math.abs(d)).toBeLessThan(1e-12);
      }
      const one = normal(key(5), [1, h]);
      expect(await read(wassersteinTerms(critic, one, one, key(4), { shuffle, dropout: 0 }))).toEqual([0]);
    }
  });

  it("pairs r_i with z_{i+1 mod n} when rolled", async () => {
    const d = await read(wassersteinTerms(critic, r, z, key(4), roll));
    const [zs, rs] = [await read(z), await read(r)];
    const row = (xs: number[], i: number): number[] => xs.slice((i % n) * h, ((i % n) + 1) * h);
    const weights = await weightsOf(critic);
    for (let i = 0; i < n; i++) {
      const expected = score(weights, row(rs, i), row(zs, i)).value - score(weights, row(rs, i), row(zs, i + 1)).value;
      expect(d[i]).toBeCloseTo(expected, 10);
    }
  });

  it("has the gradient (∂D(r_i, z_i) − ∂D(r_{i−1}, z_i))/n in z_i", async () => {
    const f = (x: AnyTensor): AnyTensor => mean(wassersteinTerms(critic, r, x, key(4), roll));
    const g = await read(grad(f)(z));
    const [zs, rs] = [await read(z), await read(r)];
    const row = (xs: number[], i: number): number[] => xs.slice(((i + n) % n) * h, (((i + n) % n) + 1) * h);
    const weights = await weightsOf(critic);
    for (let i = 0; i < n; i++) {
      const own = score(weights, row(rs, i), row(zs, i)).byZ;
      const previous = score(weights, row(rs, i - 1), row(zs, i)).byZ;
      for (let k = 0; k < h; k++) expect(g[i * h + k]).toBeCloseTo((own[k]! - previous[k]!) / n, 10);
    }
  });

  it("pairs at random from the key when permuted, and drops units independently in the two terms", async () => {
    const permuted = { shuffle: "permutation", dropout: 0 } as const;
    const a = await read(wassersteinTerms(critic, r, z, key(4), permuted));
    expect(await read(wassersteinTerms(critic, r, z, key(4), permuted))).toEqual(a);
    expect(await read(wassersteinTerms(critic, r, z, key(6), permuted))).not.toEqual(a);
    const same = tensor(Array.from({ length: n }, () => [0.5, -1, 2]));
    const dropped = await read(wassersteinTerms(critic, r, same, key(4), { ...roll, dropout: 0.5 }));
    expect(dropped.some((d) => Math.abs(d) > 1e-3)).toBe(true);
  });

  it("uses a critic that is its formula", async () => {
    const d = await read(criticScores(critic, r, z, { dropout: 0, key: key(0) }));
    const [zs, rs] = [await read(z), await read(r)];
    const weights = await weightsOf(critic);
    d.forEach((value, i) => {
      const own = (xs: number[]): number[] => xs.slice(i * h, (i + 1) * h);
      expect(value).toBeCloseTo(score(weights, own(rs), own(zs)).value, 10);
    });
  });
});

interface Weights {
  hidden: number[]; // (2h, width)
  bias: number[];
  out: number[];
}

async function weightsOf({ hidden, out }: CriticParams): Promise<Weights> {
  return { hidden: await read(hidden.weight), bias: await read(hidden.bias), out: await read(out.weight) };
}

/** D(r, z) and its gradient in z, written out. */
function score({ hidden, bias, out }: Weights, r: number[], z: number[]): { value: number; byZ: number[] } {
  const pair = [...r, ...z];
  const width = bias.length;
  const byZ = new Array<number>(z.length).fill(0);
  let value = 0;
  for (let j = 0; j < width; j++) {
    const a = pair.reduce((total, x, i) => total + x * hidden[i * width + j]!, bias[j]!);
    const slope = a > 0 ? 1 : Math.fround(0.01); // literals of a program are f32
    value += slope * a * out[j]!;
    for (let k = 0; k < z.length; k++) byZ[k]! += slope * out[j]! * hidden[(r.length + k) * width + j]!;
  }
  return { value, byZ };
}
