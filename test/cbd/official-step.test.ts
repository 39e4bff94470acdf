import { describe, expect, it } from "vitest";
import { cleanStep } from "../../src/cbd/clean-step.ts";
import { criticStep } from "../../src/cbd/critic-step.ts";
import { cbdOptions } from "../../src/cbd/options.ts";
import type { CleanContext, CleanState } from "../../src/cbd/state.ts";
import type { CriticState } from "../../src/mi/wasserstein/critic.ts";
import { initCritic } from "../../src/mi/wasserstein/critic.ts";
import { wasserstein } from "../../src/mi/wasserstein/wasserstein.ts";
import { adam } from "../../src/nn/adam.ts";
import { sgd } from "../../src/nn/sgd.ts";
import { bernoulli, key, split } from "../../src/tensor/random.ts";
import { evaluateReference } from "../../src/tensor/reference.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import type { Critic, Masks, Matrix, Net } from "./by-hand.ts";
import {
  adamStep,
  authorsNormalize,
  authorsWeights,
  backward,
  criticTerm,
  crossEntropy,
  forward,
  like,
  plus,
  rolled,
  rolledBack,
  sgdNesterov,
} from "./by-hand.ts";
import type { DenseParams } from "./dense-network.ts";
import { denseClassifier } from "./dense-network.ts";

const [n, inputs, h, classes, width] = [6, 4, 5, 3, 7];
const classifier = denseClassifier(inputs, h, classes);
const optimizer = { momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
const options = cbdOptions("official+mi");
const labels = [0, 2, 1, 1, 0, 2];

async function matrix(x: AnyTensor): Promise<Matrix> {
  const values = [...(await evaluateReference(x).data())];
  const columns = x.shape[x.shape.length - 1]!;
  return Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
}
const net = async (p: DenseParams): Promise<Net> => ({
  a: await matrix(p.a),
  b: await matrix(p.b),
  c: await matrix(p.c),
});

/** The dropout masks that the estimate draws from `estimate`: of (r, z) and of (r, shuffled z). */
async function masksOf(estimate: AnyTensor): Promise<[Masks, Masks]> {
  const mask = async (from: AnyTensor, columns: number): Promise<Matrix> =>
    (await matrix(bernoulli(from, [n, columns], { p: 0.8 }))).map((row) => row.map((kept) => kept / 0.8));
  const [joint, product] = split(estimate, 3);
  const of = async (from: AnyTensor): Promise<Masks> => {
    const [pair, hidden] = split(from, 2) as [AnyTensor, AnyTensor];
    return { pair: await mask(pair, 2 * h), hidden: await mask(hidden, width) };
  };
  return [await of(joint), await of(product)];
}

/** d/dweights and d/dz of scale·(mean D(r, z) − mean D(r, rolled z)). */
function estimate(critic: Critic, r: Matrix, z: Matrix, [joint, product]: [Masks, Masks], scale: number) {
  const own = criticTerm(critic, r, z, joint, scale / n);
  const other = criticTerm(critic, r, rolled(z), product, -scale / n);
  const sum = (name: keyof Critic): Matrix => plus(own.gradient[name], other.gradient[name]);
  return {
    gradient: { weight: sum("weight"), bias: sum("bias"), out: sum("out") },
    gz: plus(own.gz, rolledBack(other.gz)),
  };
}

function expectClose(actual: Matrix, wanted: Matrix): void {
  // literals such as 0.9 are f32 in a program: 6e-8 relative each, in a chain of a few
  actual.forEach((row, i) => {
    row.forEach((x, j) => expect(Math.abs(x - wanted[i]![j]!)).toBeLessThan(2e-6 * Math.max(1, Math.abs(x))));
  });
}

describe("the official step with the critic", () => {
  it("equals plain float64 arithmetic over critic and clean steps", async () => {
    const f = classifier.init(key(1)).params;
    const fixed = classifier.init(key(2)).params;
    const start = initCritic(key(3), 2 * h, width);
    let state: CleanState<DenseParams, null> = {
      params: f,
      stats: null,
      optimizer: sgd(optimizer).init(f),
      critic: { ...start, optimizer: adam().init(start.params) },
    };
    const pixels = Array.from({ length: n * inputs }, (_, i) => ((i * 37) % 16) / 16);
    const batch = { images: tensor(pixels, { shape: [n, 2, 2, 1] }), labels: tensor(Int32Array.from(labels)) };
    const x = await matrix(tensor(pixels, { shape: [n, inputs] }));
    const context = (seed: number): CleanContext<DenseParams, null> => ({
      classifier,
      backdoored: { params: fixed, stats: null },
      estimator: wasserstein,
      optimizer,
      options,
      key: key(seed),
      lr: 0.1,
      criticLr: 0.2,
    });

    let clean = await net(f);
    let velocity: Net = { a: like(clean.a, 0), b: like(clean.b, 0), c: like(clean.c, 0) };
    let critic: Critic = {
      weight: await matrix(start.params.hidden.weight),
      bias: await matrix(start.params.hidden.bias),
      out: await matrix(start.params.out.weight),
    };
    const zero = (w: Matrix): [Matrix, Matrix] => [like(w, 0), like(w, 0)];
    let moments = { weight: zero(critic.weight), bias: zero(critic.bias), out: zero(critic.out) };
    const { z: r, probabilities: seenByB } = forward(await net(fixed), x);
    const lossB = crossEntropy(seenByB, labels);

    for (let step = 1; step <= 2; step++) {
      state = evaluateReference(criticStep(state, batch, context(10 + step)).state);
      const masks = await masksOf(split(key(10 + step), 2)[1]!);
      const { gradient } = estimate(critic, r, forward(clean, x).z, masks, -1);
      for (const name of ["weight", "bias", "out"] as const) {
        const [w, first, second] = adamStep(critic[name], gradient[name], moments[name], step, 0.2);
        moments = { ...moments, [name]: [first, second] };
        critic = { ...critic, [name]: name === "bias" ? biasNormalize(w) : authorsNormalize(w) };
      }
    }
    const learnt = (state.critic as CriticState).params;
    expectClose(await matrix(learnt.hidden.weight), critic.weight);
    expectClose(await matrix(learnt.hidden.bias), critic.bias);
    expectClose(await matrix(learnt.out.weight), critic.out);
    expectClose(await matrix(state.params.a), clean.a); // the critic's steps leave f_C alone

    for (let step = 1; step <= 2; step++) {
      const next = evaluateReference(cleanStep(state, batch, context(20 + step)));
      const seen = forward(clean, x);
      const lossC = crossEntropy(seen.probabilities, labels);
      const weights = authorsWeights(lossB, lossC);
      const { gz } = estimate(critic, r, seen.z, await masksOf(split(key(20 + step), 3)[2]!), 0.01);
      const gradient = backward(clean, x, labels, weights, gz);
      const meanC = lossC.reduce((a, b) => a + b, 0) / n;
      expect(await next.metrics.lossClean.item()).toBeCloseTo(meanC, 6);
      for (const name of ["a", "b", "c"] as const) {
        const [w, v] = sgdNesterov(clean[name], gradient[name], velocity[name], 0.1);
        clean = { ...clean, [name]: w };
        velocity = { ...velocity, [name]: v };
      }
      state = next.state;
    }
    for (const name of ["a", "b", "c"] as const) expectClose(await matrix(state.params[name]), clean[name]);
  });
});

/** A bias is a column to the authors' power iteration: b/√‖b‖. */
function biasNormalize([row]: Matrix): Matrix {
  return [turnedColumn(authorsNormalize([row!]))];
}
const turnedColumn = ([row]: Matrix): number[] => row!;
