// Checked by the compiler alone: each line that must not compile says so, each type that must come out is written down.
import type { AnyTensor, Device, Shape, Tensor } from "../../src/index.ts";
import {
  add,
  argmax,
  cast,
  cholesky,
  conv2d,
  dynamicSlice,
  dynamicUpdateSlice,
  eigh,
  equal,
  exp,
  grad,
  inv,
  logDet,
  lu,
  matmul,
  matrixNorm,
  matrixPower,
  max,
  mean,
  mul,
  ones,
  pinv,
  qr,
  random,
  reshape,
  scan,
  scatterMax,
  scatterSet,
  slogDet,
  solve,
  sum,
  svd,
  tensor,
  transpose,
  triangularSolve,
  valueAndGrad,
  valueAndJacobian,
  where,
  zeros,
} from "../../src/index.ts";
import {
  attention,
  conv1d,
  depthwiseConv2d,
  embedding,
  instanceNorm,
  maxPool1d,
  orthogonal,
} from "../../src/nn/index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles if `Actual` is `Expected` exactly; so it also catches `any`. */
const is =
  <Expected>() =>
  <Actual>(_: Actual, _same: Equal<Actual, Expected>): void => {};

declare const n: number;
declare const dynamic: Tensor;
declare const anyDType: AnyTensor;
const a = ones([2, 3]);
const b = ones([3, 4]);
const column = ones([2, 1]);
const integers = zeros([2, 3], { dtype: "i32" });
const batch = ones([n, 3]);

export function matrices(): void {
  const squares = ones([5, 3, 3]);
  is<Tensor<[5, 3, 3]>>()(cholesky(squares), true);
  is<Tensor<[5, 3, 3]>>()(inv(squares, { positiveDefinite: true }), true);
  is<Tensor<[5]>>()(logDet(squares), true);
  is<Tensor<[]>>()(slogDet(ones([2, 2])).sign, true);
  is<Tensor<[5, 3], "i32">>()(lu(squares).permutation, true);
  is<Tensor<[5, 3, 4]>>()(solve(squares, b), true);
  is<Tensor<[5, 3, 4]>>()(triangularSolve(squares, b, { upper: true }), true);
  is<Tensor>()(cholesky(dynamic), true);
  is<Tensor<[number, number]>>()(inv(ones([n, n])), true);
  is<Tensor<[5, 3]>>()(eigh(squares).values, true);
  is<Tensor<[number, 3]>>()(qr(a).r, true);
  is<Tensor<[3, number]>>()(svd(a).v, true);
  is<Tensor<[3, 2]>>()(pinv(a), true);
  is<Tensor<[5]>>()(matrixNorm(squares, { ord: 1 }), true);
  is<Tensor<[1, 1]>>()(matrixNorm(a, { keepDims: true }), true);
  is<Tensor<[5, 3, 3]>>()(matrixPower(squares, { exponent: 2 }), true);
  // @ts-expect-error not square
  matrixPower(a, { exponent: 2 });
  // @ts-expect-error not square
  cholesky(a);
  // @ts-expect-error not square
  eigh(a);
  // @ts-expect-error no matrix
  logDet(ones([3]));
  // @ts-expect-error 3 rows and 2
  solve(squares, a);
  // @ts-expect-error leading axes 5 and 4
  triangularSolve(squares, ones([4, 3, 1]));
}

export function places(): void {
  const three = zeros([3], { dtype: "i32" });
  is<Tensor<[2, 3]>>()(scatterSet(a, integers, 1), true);
  is<Tensor<[2, 3], "i32">>()(scatterMax(integers, three, integers, { axis: 1 }), true);
  is<Tensor<[1, 2]>>()(dynamicSlice(a, zeros([2], { dtype: "i32" }), { size: [1, 2] }), true);
  is<Tensor<[2, 3]>>()(dynamicUpdateSlice(a, ones([1, 1]), zeros([2], { dtype: "i32" })), true);
  // @ts-expect-error an update of another dtype
  dynamicUpdateSlice(a, integers, zeros([2], { dtype: "i32" }));
  is<{ value: Tensor<[2, 3]>; jacobian: AnyTensor }>()(valueAndJacobian((x: Tensor<[2, 3]>) => exp(x))(a), true);
}

export function networks(): void {
  is<Tensor<[2, 5, 4]>>()(attention(ones([2, 5, 3]), ones([2, 7, 3]), ones([2, 7, 4])), true);
  is<Tensor>()(attention(dynamic, dynamic, dynamic), true);
  // @ts-expect-error queries of 3 numbers and keys of 4
  attention(ones([5, 3]), ones([7, 4]), ones([7, 4]));
  // @ts-expect-error 7 keys and 6 values
  attention(ones([5, 3]), ones([7, 3]), ones([6, 4]));
  is<Tensor<[2, 3, 8]>>()(embedding({ weight: ones([10, 8]) }, integers), true);
  is<Tensor<[2, number, 6]>>()(conv1d(ones([2, 9, 4]), ones([3, 4, 6])), true);
  is<Tensor<[number, number, number]>>()(conv1d(dynamic, ones([3, 4, 6])), true);
  is<Tensor<[2, number, 4]>>()(maxPool1d(ones([2, 9, 4]), { size: 2 }), true);
  is<Tensor<[2, number, number, number]>>()(depthwiseConv2d(ones([2, 9, 9, 4]), ones([3, 3, 4, 2])), true);
  is<Tensor<[2, 3, 4]>>()(instanceNorm(ones([2, 3, 4])), true);
  is<Tensor<[2, 3]>>()(orthogonal(random.key(0), [2, 3]), true);
}

export function broadcasting(): void {
  is<Tensor<[2, 3]>>()(add(a, column), true);
  is<Tensor<[5, 2, 3]>>()(add(a, ones([5, 1, 1])), true);
  is<Tensor<[2, 3]>>()(mul(a, 2), true);
  is<Tensor<[2, 3]>>()(mul(2, a), true);
  is<Tensor<[]>>()(add(tensor(1), tensor(2)), true);
  is<Tensor<[2, 3], "i32">>()(add(integers, 1), true);
  is<Tensor<[2, 3], "bool">>()(equal(a, column), true);
  is<Tensor<[2, 3]>>()(where(equal(a, 0), a, 1), true);
  is<Tensor<[2, 3]>>()(exp(a), true);
  // @ts-expect-error sizes 3 and 4 do not broadcast
  add(a, ones([2, 4]));
  // @ts-expect-error sizes 2 and 3 do not broadcast
  a.mul(ones([3, 3]));
  // @ts-expect-error f32 and i32
  add(a, integers);
  // @ts-expect-error exp takes f32
  exp(integers);
  // @ts-expect-error branches of two shapes
  where(equal(a, 0), a, ones([3, 2]));
}

export function products(): void {
  is<Tensor<[2, 4]>>()(matmul(a, b), true);
  is<Tensor<[7, 2, 4]>>()(matmul(ones([7, 2, 3]), b), true);
  is<Tensor<[5, 7, 2, 4]>>()(a.broadcastTo([5, 1, 2, 3]).matmul(ones([7, 3, 4])), true);
  // @ts-expect-error inner sizes 3 and 5
  matmul(a, ones([5, 4]));
  // @ts-expect-error batches 2 and 3
  matmul(ones([2, 1, 3]), ones([3, 3, 1]));
  // @ts-expect-error rank 1
  a.matmul(ones([3]));
}

export function layout(): void {
  is<Tensor<[6]>>()(reshape(a, [6]), true);
  is<Tensor<[3, 2, 1]>>()(reshape(a, [3, 2, 1]), true);
  is<Tensor<[number, 2]>>()(reshape(a, [-1, 2]), true);
  is<Tensor<[1024]>>()(reshape(ones([32, 32]), [1024]), true);
  is<Tensor<[3, 2]>>()(transpose(a), true);
  is<Tensor<[4, 2, 3]>>()(transpose(ones([2, 3, 4]), { axes: [-1, 0, 1] }), true);
  is<Tensor<[4, 2, 3]>>()(a.broadcastTo([4, 2, 3]), true);
  is<Tensor<[2, 3], "i32">>()(cast(a, "i32"), true);
  // @ts-expect-error 6 elements, not 4
  reshape(a, [2, 2]);
  // @ts-expect-error 6 elements, not 10
  a.reshape([5, 2]);
  // @ts-expect-error two axes, not three
  transpose(a, { axes: [0, 1, 2] });
  // @ts-expect-error there is no axis 2
  transpose(a, { axes: [0, 2] });
}

export function reductions(): void {
  is<Tensor<[]>>()(sum(a), true);
  is<Tensor<[2]>>()(sum(a, { axis: 1 }), true);
  is<Tensor<[3]>>()(mean(a, { axis: -2 }), true);
  is<Tensor<[2, 1]>>()(a.max({ axis: -1, keepDims: true }), true);
  is<Tensor<[3]>>()(sum(ones([2, 3, 4]), { axis: [0, -1] }), true);
  is<Tensor<[1, 1]>>()(max(a, { keepDims: true }), true);
  is<Tensor<[2], "i32">>()(argmax(a, { axis: 1 }), true);
  // @ts-expect-error there is no axis 2
  sum(a, { axis: 2 });
  // @ts-expect-error there is no axis −3
  a.mean({ axis: [0, -3] });
}

export function convolution(): void {
  const images = ones([8, 32, 32, 3]);
  is<Tensor<[8, number, number, 16]>>()(conv2d(images, ones([3, 3, 3, 16]), { padding: 1 }), true);
  is<Tensor<[8, number, number, 6]>>()(conv2d(images, ones([3, 3, 1, 6]), { groups: 3 }), true);
  // @ts-expect-error 3 channels in the images, 4 in the kernel
  conv2d(images, ones([3, 3, 4, 16]));
}

export function unknownSizesDegrade(axis: number, shape: number[], options: { axis: number; keepDims: boolean }): void {
  is<Tensor<[number, 3]>>()(batch, true);
  is<Tensor<[number, 3]>>()(add(batch, 1), true);
  is<Tensor<[2, 3]>>()(add(batch, a), true); // it must be 1 or 2 rows, and then it is 2
  is<Tensor<[number, 4]>>()(matmul(batch, b), true);
  is<Tensor<Shape>>()(add(dynamic, a), true);
  is<AnyTensor>()(add(anyDType, 1), true);
  is<Tensor<Shape>>()(add(anyDType, a), true);
  is<Tensor<Shape>>()(sum(a, { axis }), true);
  is<Tensor<Shape>>()(sum(a, options), true);
  is<Tensor<Shape>>()(sum(dynamic, { axis: 1 }), true);
  is<Tensor<Shape>>()(reshape(a, shape), true);
  is<Tensor<Shape>>()(zeros(shape), true);
  is<Tensor<Shape>>()(transpose(dynamic), true);
  is<Tensor<Shape>>()(matmul(dynamic, b), true);
  is<Tensor<[number, number, number, number]>>()(conv2d(dynamic, dynamic), true);
  is<Tensor<[number]>>()(tensor(new Float32Array(3)), true);
  is<Tensor<[2, 2]>>()(tensor([[1, 2], [3, 4]]), true); // biome-ignore format: nested rows
  is<Tensor<Shape>>()(tensor(shape), false as never);
  // @ts-expect-error what is known is still checked
  matmul(batch, ones([4, 4]));
}

export function unionsDegrade(either: 3 | 5, shaped: Tensor<[2] | [2, 3]>): void {
  const x = ones([2, either]);
  is<Tensor<[2, 3]>>()(add(x, a), true);
  is<Tensor<[2, number]>>()(add(x, 1).mul(x), true);
  is<Tensor<[2, 4]>>()(matmul(x, b), true);
  const degraded: Tensor = add(shaped, ones([2, 3]));
  void degraded;
}

export function assignability<S extends Shape>(generic: Tensor<S>): void {
  const plain: Tensor = a;
  const any: AnyTensor = integers;
  const rows: Tensor<[number, 3]> = a;
  const list: Tensor[] = [a, b, dynamic];
  const tree: { w: Tensor; b: readonly AnyTensor[] } = { w: a, b: [a, integers] };
  const keep = <T extends Shape>(x: Tensor<T>): Tensor<T> => x;
  is<Tensor<[2, 3]>>()(keep(a), true);
  is<Tensor<S>>()(exp(generic), true);
  is<Tensor<Shape>>()(add(generic as Tensor, generic as Tensor), true);
  // @ts-expect-error a shape that is not known is no [2, 3]
  const narrow: Tensor<[2, 3]> = dynamic;
  // @ts-expect-error another shape
  const other: Tensor<[3, 2]> = a;
  // @ts-expect-error another dtype
  const float: Tensor = integers;
  void [plain, any, rows, list, tree, narrow, other, float];
}

export function gradients(): void {
  const loss = (p: { w: Tensor<[3, 4]>; b: Tensor }, x: Tensor): Tensor => sum(add(matmul(x, p.w), p.b));
  const gradient = grad(loss)({ w: b, b: ones([4]) }, a);
  is<Tensor<[3, 4]>>()(gradient.w, true);
  const [dx, dp] = grad(loss, { argnums: [1, 0] })({ w: b, b: ones([4]) }, a);
  is<Tensor>()(dx, true);
  is<Tensor<[3, 4]>>()(dp.w, true);
  const withAux = valueAndGrad((x: Tensor) => ({ value: sum(x), aux: { name: "f" } }), { hasAux: true })(a);
  is<string>()(withAux.aux.name, true);
  const [left, right] = random.split(random.key(0));
  is<Tensor<[2], "u32">>()(left, true);
  is<Tensor<[5]>>()(random.normal(right, [5]), true);
  // @ts-expect-error w has another shape
  grad(loss)({ w: a, b: ones([4]) }, a);
}

export function loops(): void {
  const rows = { x: ones([5, 3]), n: zeros([5], { dtype: "i32" }) };
  const [carry, ys] = scan(
    (c: { h: Tensor<[3]> }, row) => {
      is<Tensor<[3]>>()(row.x, true);
      is<Tensor<[], "i32">>()(row.n, true);
      return [{ h: add(c.h, row.x) }, { y: mul(c.h, row.x), n: row.n, name: "y" }];
    },
    { h: ones([3]) },
    rows,
  );
  is<Tensor<[3]>>()(carry.h, true);
  is<Tensor<[number, 3]>>()(ys.y, true);
  is<Tensor<[number], "i32">>()(ys.n, true);
  is<string>()(ys.name, true);
  is<null>()(scan((c: Tensor) => [c, null], dynamic, undefined, { length: 3 })[1], true);
  // @ts-expect-error the carry loses a leaf
  scan((c: { h: Tensor; n: Tensor }) => [{ h: c.h }, null], { h: dynamic, n: dynamic }, undefined, { length: 3 });
}

declare const device: Device;

export async function passing(): Promise<void> {
  const step = device.compile((w: Tensor<[3]>, { lr, n }: { lr: Tensor<[]>; n: Tensor<[], "i32"> }) => {
    // @ts-expect-error a traced number is a tensor: it is equal to no number, and this would be false for every one
    if (lr === 0) return w;
    // @ts-expect-error nor can it be compared
    if (lr > 0) return w;
    return add(w, add(lr, cast(n, "f32")));
  });
  const n = tensor(3, { dtype: "i32" });
  is<Tensor<[3]>>()(await step(ones([3]), { lr: 0.1, n }), true);
  is<Tensor<[3]>>()(await step(ones([3]), { lr: tensor(0.1), n }), true);
  // @ts-expect-error a number is f32, not i32
  await step(ones([3]), { lr: 0.1, n: 3 });
  // @ts-expect-error a number is no vector
  await step(1, { lr: 0.1, n });
}
