import type { Op, VjpCall } from "../../../src/tensor/op.ts";
import { apply1 } from "../../../src/tensor/op.ts";
import { avgPool2dOp } from "../../../src/tensor/ops/avg-pool.ts";
import { batchNormOp } from "../../../src/tensor/ops/batch-norm.ts";
import { broadcastOp, broadcastTo, sumOp } from "../../../src/tensor/ops/broadcast.ts";
import { conv2dInputGradientOp, conv2dOp } from "../../../src/tensor/ops/conv2d.ts";
import { softmaxCrossEntropyOp } from "../../../src/tensor/ops/cross-entropy.ts";
import { cumsumOp } from "../../../src/tensor/ops/cumsum.ts";
import { maxOp } from "../../../src/tensor/ops/extremum.ts";
import { gatherOp } from "../../../src/tensor/ops/gather.ts";
import {
  add,
  div,
  equal,
  exp,
  expandDims,
  flip,
  max,
  mean,
  mul,
  neg,
  ones,
  reshape,
  roll,
  rsqrt,
  scatterAdd,
  softmax,
  sub,
  sum,
  transpose,
  where,
} from "../../../src/tensor/ops/index.ts";
import { logSumExpOp } from "../../../src/tensor/ops/log-sum-exp.ts";
import { matmulOp } from "../../../src/tensor/ops/matmul.ts";
import { maxPool2dGradientOp, maxPool2dOp } from "../../../src/tensor/ops/max-pool.ts";
import { momentsOp } from "../../../src/tensor/ops/moments.ts";
import { rollOp } from "../../../src/tensor/ops/roll.ts";
import { sliceOp } from "../../../src/tensor/ops/slice.ts";
import { logSoftmaxOp, softmaxOp } from "../../../src/tensor/ops/softmax.ts";
import { sortOp } from "../../../src/tensor/ops/sort.ts";
import { takeAlongAxisOp } from "../../../src/tensor/ops/take-along-axis.ts";
import { transposeOp } from "../../../src/tensor/ops/transpose.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { checkVjp } from "../derivative-laws.ts";
import { hardInputs, sampleInputs } from "../sampling.ts";
import type { Law, Mutant } from "./mutant.ts";
import { mutantRecord } from "./mutant.ts";

const vjp: readonly [string, Law] = ["VJP = forward mode", (one) => checkVjp(one, sampleInputs(one.sample, one.seed))];
const atTies: readonly [string, Law] = [
  "VJP = forward mode, at ties",
  (one) =>
    hardInputs(one)
      .filter(({ title }) => title === "ties")
      .map(({ inputs }) => checkVjp(one, inputs)),
];

type Rule<P> = (call: VjpCall<P>) => readonly (AnyTensor | null)[];

/** A record whose VJP is `rule`. */
const mutant = <P>(op: Op<P>, bug: string, rule: Rule<P>, law: readonly [string, Law] = vjp): Mutant =>
  mutantRecord("VJP rule", op, bug, { vjp: rule }, law);

/** A record whose VJP is its own, then changed. */
const after = <P>(
  op: Op<P>,
  bug: string,
  change: (back: readonly (AnyTensor | null)[], call: VjpCall<P>) => (AnyTensor | null)[],
): Mutant => mutant(op, bug, (call) => change(op.vjp!(call), call));

const size = ({ shape }: AnyTensor): number => sizeOf(shape);
const keepDims = (x: AnyTensor, axes: readonly number[]): number[] =>
  x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

export const ruleMutants: readonly Mutant[] = [
  after(broadcastOp, "the mean over what was repeated, not the sum", ([back], { g: [g], inputs: [x] }) => [
    mul(back!, size(x!) / Math.max(1, size(g!))),
  ]),
  after(sumOp, "divides by the count, as mean does", ([back], { inputs: [x], g: [g] }) => [
    mul(back!, size(g!) / Math.max(1, size(x!))),
  ]),
  after(matmulOp, "no gradient to b", ([a]) => [a!, null]),
  after(matmulOp, "wrong sign in a", ([a, b]) => [neg(a!), b!]),
  mutant(conv2dOp, "input gradient with the kernel turned by 180°", (call) => {
    const [, w] = conv2dOp.vjp!(call);
    const [x, weights] = call.inputs;
    const turned = flip(weights!, { axis: [0, 1] });
    return [apply1(conv2dInputGradientOp, [call.g[0]!, turned], { ...call.params, inputShape: x!.shape }), w!];
  }),
  mutant(
    maxOp,
    "every tied element gets the whole g",
    ({ g: [g], inputs: [x], params: { axes } }) => {
      const chosen = equal(x!, max(x!, { axis: axes, keepDims: true }));
      return [where(chosen, broadcastTo(reshape(g!, keepDims(x!, axes)), x!.shape), 0)];
    },
    atTies,
  ),
  mutant(maxPool2dOp, "the smallest pixel gets g", ({ g: [g], inputs: [x], params }) => [
    apply1(maxPool2dGradientOp, [neg(x!), g!], params),
  ]),
  after(
    avgPool2dOp,
    "not divided by the window's size",
    (
      [back],
      {
        params: {
          size: [h, w],
        },
      },
    ) => [mul(back!, h * w)],
  ),
  mutant(sortOp, "permuted forwards, not back", ({ g: [g], outputs: [, order], params: { axis } }) => [
    g == null ? null : apply1(takeAlongAxisOp, [g, order!], { axis }),
  ]),
  mutant(gatherOp, "= for +=: indices that repeat count once", ({ g: [g], inputs: [x, indices], params: { axis } }) => {
    const put = (values: AnyTensor): AnyTensor =>
      scatterAdd(values as never, indices!, { size: x!.shape[axis]!, axis });
    const count = put(ones(g!.shape));
    return [div(put(g!), where(equal(count, 0), 1, count)), null];
  }),
  mutant(cumsumOp, "sums in the same direction", ({ g: [g], params }) => [apply1(cumsumOp, [g!], params)]),
  mutant(rollOp, "rolls on, not back", ({ g: [g], params }) => [roll(g!, params)]),
  mutant(transposeOp, "the same axes, not their inverse", ({ g: [g], inputs: [x], params }) => [
    reshape(transpose(g!, params), x!.shape),
  ]),
  after(sliceOp, "put one place to the side", ([back]) => [
    back!.shape.length === 0 ? back! : roll(back!, { axis: 0, shift: 1 }),
  ]),
  mutant(softmaxOp, "forgets the sum over the axis", ({ g: [g], outputs: [y] }) => [mul(y!, g!)]),
  mutant(logSoftmaxOp, "g·softmax summed, not g", ({ g: [g], outputs: [y], params: { axis } }) => [
    sub(g!, sum(mul(exp(y!), g!), { axis, keepDims: true })),
  ]),
  mutant(logSumExpOp, "softmax over all axes", ({ g: [g], inputs: [x], params: { axes } }) => [
    mul(broadcastTo(reshape(g!, keepDims(x!, axes)), x!.shape), reshape(softmax(reshape(x!, [size(x!)])), x!.shape)),
  ]),
  mutant(momentsOp, "the 2 of the variance's square is dropped", (call) => {
    const [gMean, gVariance] = call.g;
    return momentsOp.vjp!({ ...call, g: [gMean ?? null, gVariance ? mul(gVariance, 0.5) : null] });
  }),
  mutant(batchNormOp, "statistics taken for constants", (call) => {
    const {
      g: [g],
      inputs: [x, gamma],
      outputs: [, , variance],
      params,
    } = call;
    const [, dGamma, dBeta] = batchNormOp.vjp!(call);
    const scale = mul(gamma!, rsqrt(add(variance!, params.epsilon)));
    return [g == null ? null : broadcastTo(mul(g, scale), x!.shape), dGamma!, dBeta!];
  }),
  mutant(batchNormOp, "the mean of the outputs' mean, not of g", (call) => {
    const [gradient, statistics] = [call.g[0] ?? null, call.g.slice(1)];
    const centred = gradient === null ? null : sub(gradient, mean(gradient));
    return batchNormOp.vjp!({ ...call, g: [centred, ...statistics] });
  }),
  mutant(softmaxCrossEntropyOp, "the right class is not taken off", ({ g: [g], inputs: [logits] }) => [
    mul(expandDims(g!, { axis: 1 }), softmax(logits!, { axis: 1 })),
    null,
  ]),
];
