import type { BatchCall } from "../tensor/batch-rule.ts";
import type { Body } from "../tensor/body.ts";
import { instantiate } from "../tensor/body.ts";
import type { NumericArray } from "../tensor/dtype.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import { flopsOf } from "../tensor/flops.ts";
import type { Loop } from "../tensor/loop.ts";
import { rowAt, savedCount } from "../tensor/loop.ts";
import type { Op, ReferenceCall } from "../tensor/op.ts";
import { apply, defineOp } from "../tensor/op.ts";
import { moveAxis } from "../tensor/ops/axes.ts";
import { stack } from "../tensor/ops/concat.ts";
import { add, mul, tanh } from "../tensor/ops/elementwise.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { slice } from "../tensor/ops/slice.ts";
import { computeValues, valueOf } from "../tensor/reference.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import { captureSite } from "../tensor/site.ts";
import type { AnyTensor, Node, Tensor, TensorType } from "../tensor/tensor.ts";
import { formatType, leaf } from "../tensor/tensor.ts";
import { batchBody } from "./body.ts";
import { scanVjp } from "./scan-vjp.ts";

/** One program that runs many times, each step with the carry of the one before. See `docs/loops.md`. */
export const scanOp: Op<Loop> = defineOp<Loop>({
  name: "scan",
  infer: inferTypes,
  kernel: { loop: (loop) => loop },
  expand: unroll,
  reference: runSteps,
  flops: (_inputs, _outputs, { body, length }) => length * flopsOf(body.outputs),
  vjp: (call) => scanVjp(call, (inputs, loop) => apply(scanOp, inputs, loop)),
  batch: { outputs: batched },
  samples: () => [
    {
      inputs: [type(3), type(5, 3)],
      params: { ...productAndSum(), length: 5, reverse: false, every: 2 },
    },
    {
      inputs: [type(2), { shape: [], dtype: "i32", domain: { kind: "integer", below: 9 } }, type(4, 2), type(2, 2)],
      params: { ...recurrent(), length: 4, reverse: true, every: 1 },
    },
  ],
});

const type = (...shape: number[]): TensorType => ({ shape, dtype: "f32" });
const input = (of: TensorType): AnyTensor => leaf(of, { kind: "input" });

/** Gives the carry before each step, and goes on with carry·x + x. */
function productAndSum(): Pick<Loop, "body" | "carries" | "rows"> {
  const [c, x] = [input(type(3)), input(type(3))];
  return { body: { inputs: [c, x], outputs: [add(mul(c, x), x), c] }, carries: 1, rows: 1 };
}

/** A recurrent layer, and a counter: h ← tanh(h·w + x). */
function recurrent(): Pick<Loop, "body" | "carries" | "rows"> {
  const [h, x, w] = [input(type(2)), input(type(2)), input(type(2, 2))];
  const count = input({ shape: [], dtype: "i32" });
  const next = tanh(add(reshape(matmul(reshape(h, [1, 2]), w as Tensor), [2]), x) as Tensor);
  return { body: { inputs: [h, count, x, w], outputs: [next, add(count, 1), next, count] }, carries: 2, rows: 1 };
}

const stacked = (length: number, { shape, dtype }: TensorType): TensorType => ({ shape: [length, ...shape], dtype });

function inferTypes(inputs: readonly TensorType[], loop: Loop): TensorType[] {
  const { body, carries, rows, length } = loop;
  if (inputs.length !== body.inputs.length) {
    throw new ShapeError(`scan: ${inputs.length} inputs for a body of ${body.inputs.length}`, [], captureSite());
  }
  body.inputs.forEach((own, i) => {
    const expected = i >= carries && i < carries + rows ? stacked(length, own) : own;
    const given = inputs[i]!;
    if (given.dtype === expected.dtype && sameShape(given.shape, expected.shape)) return;
    const Refusal = given.dtype === expected.dtype ? ShapeError : DTypeError;
    const details = [`expects ${formatType(expected)}`];
    throw new Refusal(`scan: input ${i} is ${formatType(given)}`, details, captureSite());
  });
  const next = body.outputs.slice(0, carries);
  return [
    ...next.map(({ shape, dtype }) => ({ shape, dtype })),
    ...body.outputs.slice(carries).map((y) => stacked(length, y)),
    ...next.map((carry) => stacked(savedCount(loop), carry)),
  ];
}

/** Row `at` of a tensor: its first axis goes. */
function rowOf(x: AnyTensor, at: number): AnyTensor {
  return reshape(slice(x, { axis: 0, start: at, stop: at + 1 }), x.shape.slice(1));
}

/** The definition: the loop written out. */
function unroll(inputs: readonly AnyTensor[], loop: Loop): AnyTensor[] {
  const { body, carries, rows, length, every } = loop;
  const constants = inputs.slice(carries + rows);
  const saved: AnyTensor[][] = [];
  const ys: AnyTensor[][] = [];
  let carry = inputs.slice(0, carries);
  for (let step = 0; step < length; step++) {
    if (step % every === 0) saved[rowAt(loop, step, every)] = carry;
    const row = rowAt(loop, step, 1);
    const xs = inputs.slice(carries, carries + rows).map((x) => rowOf(x, row));
    const outputs = instantiate(body, [...carry, ...xs, ...constants]);
    carry = outputs.slice(0, carries);
    ys[row] = outputs.slice(carries);
  }
  const together = (all: readonly AnyTensor[][]): AnyTensor[] =>
    all[0]!.map((_, i) => stack(all.map((one) => one[i]!)));
  return [...carry, ...together(ys), ...together(saved)];
}

function runSteps({ inputs, outputs, params: loop, precision }: ReferenceCall<Loop>): void {
  const { body, carries, rows, length, every } = loop;
  const sizes = body.inputs.map(({ shape }) => sizeOf(shape));
  const savedAt = body.outputs.length;
  let carry = inputs.slice(0, carries);
  const put = (output: number, row: number, values: NumericArray): void =>
    outputs[output]!.set(values, row * values.length);
  for (let step = 0; step < length; step++) {
    if (step % every === 0) carry.forEach((values, i) => put(savedAt + i, rowAt(loop, step, every), values));
    const row = rowAt(loop, step, 1);
    const known = new Map<Node, readonly NumericArray[]>();
    body.inputs.forEach(({ node }, i) => {
      const [data, size] = [inputs[i]!, sizes[i]!];
      const isRow = i >= carries && i < carries + rows;
      known.set(node, [i < carries ? carry[i]! : isRow ? data.slice(row * size, (row + 1) * size) : data]);
    });
    const values = computeValues(body.outputs, precision, known);
    const results = body.outputs.map((output) => valueOf(values, output));
    carry = results.slice(0, carries);
    results.slice(carries).forEach((y, i) => put(carries + i, row, y));
  }
  carry.forEach((values, i) => outputs[i]!.set(values));
}

/** Many loops are a loop of many: every carry has the calls' axis first, rows have it after their own. */
function batched({ inputs, whole, batched: differs, params: loop, program }: BatchCall<Loop>): AnyTensor[] {
  const { carries, rows } = loop;
  const isRow = (i: number): boolean => i >= carries && i < carries + rows;
  const given = inputs.map((x, i) => {
    if (i < carries) return whole[i]!;
    return isRow(i) && differs[i] ? moveAxis(x, { from: 0, to: 1 }) : x;
  });
  const types = given.map((x, i) => (isRow(i) ? input({ shape: x.shape.slice(1), dtype: x.dtype }) : x));
  const own = differs.map((one, i) => one || i < carries);
  const body: Body = batchBody(loop.body, types, own, program);
  const outputs = apply(scanOp, given, { ...loop, body });
  return outputs.map((y, i) => (i < carries ? y : moveAxis(y, { from: 1, to: 0 })));
}
