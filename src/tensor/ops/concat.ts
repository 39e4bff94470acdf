import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op, Sample } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { along } from "../view.ts";
import { expandDims } from "./reshape.ts";
import { slice } from "./slice.ts";

const maxInputs = 6; // of one node, so that a kernel stays within WebGPU's guaranteed 8 storage buffers

const sample = (axis: number, ...shapes: Shape[]): Sample<{ axis: number }> => ({
  inputs: shapes.map((shape) => ({ shape, dtype: "f32" })),
  params: { axis },
});

export const concatOp: Op<{ readonly axis: number }> = defineOp<{ readonly axis: number }>({
  name: "concat",
  infer: (inputs, { axis }) => {
    const first = inputs[0]!;
    for (const input of inputs) {
      const fits =
        axis < input.shape.length &&
        input.shape.length === first.shape.length &&
        input.shape.every((n, i) => i === axis || n === first.shape[i]);
      if (!fits) {
        throw new ShapeError(
          `concat: shapes differ beside axis ${axis}`,
          [`got ${inputs.map(formatType).join(", ")}`],
          captureSite(),
        );
      }
      if (input.dtype !== first.dtype) {
        throw new DTypeError(
          `concat: dtypes differ, ${first.dtype} and ${input.dtype}`,
          ["cast one of them"],
          captureSite(),
        );
      }
    }
    const total = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
    return [{ shape: first.shape.map((n, i) => (i === axis ? total : n)), dtype: first.dtype }];
  },
  view: (inputs, output, { axis }) => {
    let from = 0;
    const pieces = inputs.map((type, input) => {
      const start = from;
      from += type.shape[axis]!;
      const reads = output.shape.map((_, i) => along(i, i === axis ? -start : 0));
      return { input, reads, inside: [{ axis, from: start, to: from, step: 1 }] };
    });
    return { kind: "pieces", pieces, fill: 0 };
  },
  vjp: ({ g: [g], inputs, params: { axis } }) => {
    let from = 0;
    return inputs.map((input) => {
      const start = from;
      from += input.shape[axis]!;
      return slice(g!, { axis, start, stop: from });
    });
  },
  linear: [0, 1],
  batch: nextAxis,
  samples: () => [sample(0, [2], [3]), sample(1, [2, 1, 3], [2, 4, 3]), sample(1, [2, 0], [2, 2])],
});

const checkConcat = parameters("concat", { tensors: kind.tensors }, { axis: kind.axis });

/**
 * Joins tensors along an existing axis.
 *
 * @throws ShapeError if other sizes differ or none is given.
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { concat, evaluateReference, tensor } from "deconfound";
 * console.log(String(await evaluateReference(concat([tensor([1, 2]), tensor([3])])).data())); // 1,2,3
 * ```
 */
export function concat<D extends DType>(
  tensors: readonly Tensor<Shape, D>[],
  options?: { axis?: number | undefined },
): Tensor<Shape, D>;
export function concat(tensors: readonly AnyTensor[], options: { axis?: number | undefined } = {}): AnyTensor {
  checkConcat(arguments);
  if (tensors.length === 0) throw new ShapeError("concat: no tensor given", ["expects one or more"], captureSite());
  const axis = normalizeAxis("concat", options.axis ?? 0, tensors[0]!.shape.length);
  let parts = tensors;
  while (parts.length > 1) {
    const joined: AnyTensor[] = [];
    for (let i = 0; i < parts.length; i += maxInputs) {
      const group = parts.slice(i, i + maxInputs);
      joined.push(group.length === 1 ? group[0]! : apply1(concatOp, group, { axis }));
    }
    parts = joined;
  }
  return parts[0]!;
}

const checkStack = parameters("stack", { tensors: kind.tensors }, { axis: kind.axis });

/**
 * Joins tensors of one shape along a new axis.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, stack, tensor } from "deconfound";
 * console.log(String(await evaluateReference(stack([tensor([1, 2]), tensor([3, 4])], { axis: 1 })).data())); // 1,3,2,4
 * ```
 */
export function stack<D extends DType>(
  tensors: readonly Tensor<Shape, D>[],
  options?: { axis?: number | undefined },
): Tensor<Shape, D>;
export function stack(tensors: readonly AnyTensor[], options: { axis?: number | undefined } = {}): AnyTensor {
  checkStack(arguments);
  if (tensors.length === 0) throw new ShapeError("stack: no tensor given", ["expects one or more"], captureSite());
  const axis = normalizeAxis("stack", options.axis ?? 0, tensors[0]!.shape.length + 1);
  return concat(
    tensors.map((tensor) => expandDims(tensor, { axis })),
    { axis },
  );
}
