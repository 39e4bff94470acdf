// A user's module, compiled by test/structure/package.test.ts under `declaration: true`: its exported functions have types that
// the compiler must be able to name, and it writes the types that one would write.
import type { DType, Shape, Tensor } from "deconfound";
import {
  add,
  argmax,
  cast,
  checkpoint,
  clip,
  conv2d,
  customVjp,
  diagonal,
  dot,
  grad,
  hvp,
  jvp,
  logMeanExp,
  matmul,
  mean,
  moments,
  random,
  relu,
  reshape,
  slice,
  softmax,
  stack,
  sub,
  sum,
  topK,
  transpose,
  valueAndGrad,
  vjp,
  where,
} from "deconfound";
import { adam, crossEntropy, dense, dropout, heNormal, sgd, smallConvNet, wideResNet } from "deconfound/nn";
import { openDevice } from "deconfound/node";

// named by the compiler
export const infoNce = (f: Tensor) => mean(sub(diagonal(f), logMeanExp(f, { axis: 1 })));
export const product = (a: Tensor<[number, 3]>, b: Tensor<[3, 4]>) => matmul(a, b);
export const generic = <S extends Shape, D extends DType>(x: Tensor<S, D>) => [transpose(x), argmax(x), x.neg()];
export const ofTensors = <A extends Tensor, B extends Tensor>(a: A, b: B) => [
  relu(b),
  softmax(b),
  a.matmul(b as never),
];
export const shapes = (x: Tensor) => [reshape(x, [2, -1]), conv2d(x, x), where(x, x, 1), stack([x, x]), cast(x, "i32")];
export const parts = (x: Tensor) => ({ top: topK(x, { k: 3 }), part: slice(x, { axis: 0, stop: 2 }), m: moments(x) });
export const methods = (x: Tensor) => x.add(1).mul(x).mean({ axis: 0 });
export const gradients = [grad(infoNce), valueAndGrad(infoNce)] as const;
export const products = (x: Tensor) => [vjp(infoNce, x), jvp(infoNce, [x], [x]), hvp(infoNce, [x], [x])];
export const rules = [
  customVjp(
    (x: Tensor) => relu(x),
    ({ g }) => [g],
  ),
  checkpoint(infoNce),
] as const;
export const optimizers = { adam: adam(), sgd: sgd({ momentum: 0.9 }) };
export const networks = [
  wideResNet({ depth: 10, width: 1, classes: 10 }),
  smallConvNet({ channels: 3, classes: 10, width: 4 }),
] as const;
export const keys = random.split(random.key(0), 3);
export const device = () => openDevice({ device: "cpu" });
export const compiled = async () => (await device()).compile(infoNce);

// the obvious type takes what the functions give
declare const x: Tensor;
declare const key: ReturnType<typeof random.key>;
export const obvious: readonly Tensor[] = [
  clip(x, { min: 0 }),
  clip(x, { max: x }),
  x.sub(moments(x).mean),
  topK(x, { k: 1 }).values,
  dot(x, x),
  add(x, 1),
  sum(x, { axis: 0, keepDims: true }),
  dense({ weight: x }, x),
  dropout(x, { rate: 0.5, key, train: true }),
  heNormal(key, [2, 3]),
  crossEntropy(x, argmax(x)),
  grad(infoNce)(x),
  random.normal(key, [3]),
];

// an option that may be absent, as a caller's own options have it
interface Mine {
  readonly axis?: number | undefined;
  readonly keepDims?: boolean | undefined;
}
export const passedOn = (mine: Mine): readonly Tensor[] => [
  sum(x, mine),
  softmax(x, { axis: mine.axis }),
  x.mean(mine),
  stack([x, x], { axis: mine.axis }),
];
