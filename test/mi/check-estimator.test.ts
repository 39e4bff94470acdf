import { describe, expect, it } from "vitest";
import type { Estimator } from "../../src/mi/index.ts";
import { checkEstimator, EstimatorError, estimators, infoNCE, interpolated, nwj } from "../../src/mi/index.ts";
import { jensenShannon } from "../../src/mi/scores/jensen-shannon.ts";
import { meanOff } from "../../src/mi/scores/off-diagonal.ts";
import { sum } from "../../src/tensor/ops/broadcast.ts";
import { eye } from "../../src/tensor/ops/creation.ts";
import { diagonal } from "../../src/tensor/ops/diagonal.ts";
import { add, exp, log, mul, sub } from "../../src/tensor/ops/elementwise.ts";
import { logSumExp } from "../../src/tensor/ops/log-sum-exp.ts";
import { mean } from "../../src/tensor/ops/mean.ts";
import { slice } from "../../src/tensor/ops/slice.ts";

describe.each(estimators)("$name", (estimator) => {
  it("is what its facts say", () => checkEstimator(estimator, { runs: 6 }));
});

it.each([0, 0.5, 1])("the interpolated bound too, with α = %s", (alpha) =>
  checkEstimator(interpolated, { options: { alpha }, runs: 8 }),
);

/** Mistakes that were published, or are easily made, each with what the check says of it. */
const mistakes: readonly { readonly wrong: Estimator; readonly says: RegExp }[] = [
  {
    // vbmi, smile, doe: a critic trained by Jensen–Shannon, valued by NWJ without the shift, loses 1/e
    wrong: { ...nwj, name: "nwj of a js critic", facts: { ...nwj.facts, optimum: "log r" } },
    says: /its value is -0\.3679 where the critic says 0 of every pair/,
  },
  {
    wrong: { ...jensenShannon, name: "js as information", facts: { ...jensenShannon.facts, unit: "nats" } },
    says: /its value is -1\.386 where/,
  },
  {
    // MIRV, DAL: the diagonal zeroed by a product counts as e⁰ = 1 in the sum
    wrong: {
      ...nwj,
      name: "zeroed diagonal",
      value(scores) {
        const n = scores.shape[0]!;
        return sub(mean(diagonal(scores)), mean(exp(sub(mul(scores, sub(1, eye(n))), 1))));
      },
    },
    says: /its value is 0\.07902 where/,
  },
  {
    wrong: { ...infoNCE, name: "no ln n", value: (s) => mean(sub(diagonal(s), logSumExp(s, { axis: 1 }))) },
    says: /its value is -2\.079 where/,
  },
  {
    wrong: { ...infoNCE, name: "columns", value: (s) => mean(sub(diagonal(s), log(mean(exp(s), { axis: 0 })))) },
    says: /says shift: "row", and such a shift changes it/,
  },
  {
    wrong: { ...infoNCE, name: "uncapped", cap: (n) => Math.log(n) - 0.5 },
    says: /above its cap/,
  },
  {
    wrong: { ...infoNCE, name: "first pair", value: (s) => sum(slice(diagonal(s), { stop: 1 })) },
    says: /depends on the order of the pairs/,
  },
  {
    wrong: { ...infoNCE, name: "rows", value: (s) => sub(diagonal(s), logSumExp(s, { axis: 1 })) },
    says: /its value is f32\[\d\]/,
  },
  {
    wrong: {
      ...infoNCE,
      name: "club as a lower bound",
      facts: { ...infoNCE.facts },
      cap: () => 1e9,
      value: (s) => sub(mean(diagonal(s)), meanOff(s)),
    },
    says: /says it is a lower bound, and is above the truth/,
  },
  {
    wrong: {
      ...infoNCE,
      name: "infonce as an upper bound",
      facts: { ...infoNCE.facts, bound: "upper" },
      value: (s) => mul(infoNCE.value(s), 0.5),
    },
    says: /says it is an upper bound, and is below the truth/,
  },
  {
    wrong: { ...infoNCE, name: "infinite", value: (s) => add(infoNCE.value(s), log(sub(mean(s), mean(s)))) },
    says: /its value is -?Infinity/,
  },
];

describe("mistakes are found", () => {
  it.each(mistakes)("$wrong.name", async ({ wrong, says }) => {
    const error: unknown = await checkEstimator(wrong, { runs: 6 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EstimatorError);
    expect((error as Error).message).toMatch(says);
    expect((error as Error).message).toContain(wrong.name);
  });

  it("a gradient that is not the value's, unless it is said", async () => {
    const { facts, ...rest } = estimators.find(({ name }) => name === "smile")!;
    const silent: Estimator = { ...rest, facts: { ...facts, gradient: "value" } };
    await expect(checkEstimator(silent, { runs: 4 })).rejects.toThrow(
      /its gradient in the scores is not that of its value/,
    );
  });
});
