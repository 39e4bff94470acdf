import { batchNormOp } from "../../../src/tensor/ops/batch-norm.ts";
import { conv2dInputGradientOp } from "../../../src/tensor/ops/conv2d.ts";
import { softmaxCrossEntropyOp } from "../../../src/tensor/ops/cross-entropy.ts";
import { cumsumOp } from "../../../src/tensor/ops/cumsum.ts";
import { scatterAddOp } from "../../../src/tensor/ops/gather.ts";
import { div, exp, log, mul, sub, sum } from "../../../src/tensor/ops/index.ts";
import { logSumExpOp } from "../../../src/tensor/ops/log-sum-exp.ts";
import { momentsOp } from "../../../src/tensor/ops/moments.ts";
import { softmaxOp } from "../../../src/tensor/ops/softmax.ts";
import { captureSite } from "../../../src/tensor/site.ts";
import { compareLinear } from "../../../src/testing/linear-inputs.ts";
import { checkVjp } from "../derivative-laws.ts";
import { checkFused } from "../fused-law.ts";
import { sampleInputs } from "../sampling.ts";
import type { Law, Mutant } from "./mutant.ts";
import { mutantRecord } from "./mutant.ts";

const vjp: readonly [string, Law] = ["VJP = forward mode", (one) => checkVjp(one, sampleInputs(one.sample, one.seed))];
const fused: readonly [string, Law] = ["fused = expanded", checkFused];
const transposed: readonly [string, Law] = [
  "⟨Ax, y⟩ = ⟨x, Aᵀy⟩",
  (one) => compareLinear({ name: one.title, site: captureSite(), seed: one.seed }, one),
];

/** Definitions by other ops, whose records override their VJP or their loop; and loops of ops that are each other's transposes. */
export const definitionMutants: readonly Mutant[] = [
  mutantRecord(
    "definition",
    softmaxOp,
    "divided by n, not by the sum",
    {
      expand: ([x], { axis }) => [div(exp(x!), Math.max(1, x!.shape[axis]!))],
    },
    vjp,
  ),
  mutantRecord(
    "definition",
    logSumExpOp,
    "log of the mean's exponent sum, halved",
    {
      expand: ([x], { axes }) => [mul(log(sum(exp(x!), { axis: axes })), 0.5)],
    },
    vjp,
  ),
  mutantRecord(
    "definition",
    momentsOp,
    "variance over n − 1",
    {
      expand: (inputs, params) => {
        const [mean, variance] = momentsOp.expand!(inputs, params);
        const n = params.axes.reduce((count, axis) => count * inputs[0]!.shape[axis]!, 1);
        return [mean!, n === 1 ? variance! : mul(variance!, n / (n - 1))];
      },
    },
    fused,
  ),
  mutantRecord(
    "definition",
    batchNormOp,
    "ε a hundred times too large",
    {
      expand: (inputs, { epsilon }) => batchNormOp.expand!(inputs, { epsilon: 100 * epsilon }),
    },
    vjp,
  ),
  mutantRecord(
    "definition",
    softmaxCrossEntropyOp,
    "the label's logit counts twice",
    {
      expand: (inputs, params) => {
        const [loss] = softmaxCrossEntropyOp.expand!(inputs, params);
        const [all] = logSumExpOp.expand!([inputs[0]!], { axes: [1] });
        return [sub(mul(loss!, 2), all!)];
      },
    },
    vjp,
  ),
  mutantRecord(
    "reference loop",
    scatterAddOp,
    "= for +=",
    {
      reference: (call) => {
        scatterAddOp.reference!(call);
        const [sums] = call.outputs;
        const [x] = call.inputs;
        const largest = Math.max(0, ...x!);
        sums!.forEach((value: number, i: number) => (sums![i] = Math.min(value, largest)));
      },
    },
    transposed,
  ),
  mutantRecord(
    "reference loop",
    cumsumOp,
    "without the element itself",
    {
      reference: (call) => {
        cumsumOp.reference!(call);
        const [[y], [x]] = [call.outputs, call.inputs];
        y!.forEach((value: number, i: number) => (y![i] = value - x![i]!));
      },
    },
    transposed,
  ),
  mutantRecord(
    "reference loop",
    conv2dInputGradientOp,
    "padding's two sides swapped",
    {
      reference: (call) => {
        const [top, bottom, left, right] = call.params.padding;
        conv2dInputGradientOp.reference!({ ...call, params: { ...call.params, padding: [bottom, top, right, left] } });
      },
    },
    transposed,
  ),
];
