import { nextAxis } from "../batch-rule.ts";
import type { DType } from "../dtype.ts";
import { ConfigError, ShapeError } from "../errors.ts";
import * as kind from "../kinds.ts";
import type { Op } from "../op.ts";
import { apply1, defineOp } from "../op.ts";
import { parameters, required } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import { normalizeAxis } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { along } from "../view.ts";

interface RollParams {
  readonly axis: number;
  /** 0 < shift < size */
  readonly shift: number;
}

export const rollOp: Op<RollParams> = defineOp<RollParams>({
  name: "roll",
  infer: ([x], { axis, shift }) => {
    if (!(shift > 0 && shift < (x!.shape[axis] ?? 0))) {
      throw new ShapeError(`roll: no shift by ${shift} on axis ${axis} of ${formatType(x!)}`, [], captureSite());
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  view: (_, output, { axis, shift }) => {
    const n = output.shape[axis]!;
    const piece = (
      from: number,
      to: number,
      offset: number,
    ): {
      input: number;
      reads: ReturnType<typeof along>[];
      inside: { axis: number; from: number; to: number; step: number }[];
    } => ({
      input: 0,
      reads: output.shape.map((_n, i) => along(i, i === axis ? offset : 0)),
      inside: [{ axis, from, to, step: 1 }],
    });
    return { kind: "pieces", pieces: [piece(shift, n, -shift), piece(0, shift, n - shift)], fill: 0 };
  },
  vjp: ({ g: [g], params: { axis, shift } }) => [roll(g!, { axis, shift: -shift })],
  linear: [0],
  batch: nextAxis,
  samples: () => [
    { inputs: [{ shape: [5], dtype: "f32" }], params: { axis: 0, shift: 2 } },
    { inputs: [{ shape: [2, 3, 4], dtype: "f32" }], params: { axis: 1, shift: 1 } },
  ],
});

const checkRoll = parameters("roll", { x: kind.tensor }, { shift: required(kind.number), axis: kind.axis });

/**
 * Moves elements by `shift` positions along an axis; what leaves the end comes in at the beginning.
 *
 * @defaultValue axis 0
 * @example
 * ```ts
 * import { evaluateReference, roll, tensor } from "deconfound";
 * console.log(String(await evaluateReference(roll(tensor([1, 2, 3, 4]), { shift: 1 })).data())); // 4,1,2,3
 * ```
 */
export function roll<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  options: { shift: number; axis?: number | undefined },
): Tensor<S, D>;
export function roll(x: AnyTensor, options: { shift: number; axis?: number | undefined }): AnyTensor {
  checkRoll(arguments);
  const axis = normalizeAxis("roll", options.axis ?? 0, x.shape.length);
  if (!Number.isInteger(options.shift)) {
    throw new ConfigError(`roll: shift ${options.shift} is not an integer`, [], captureSite());
  }
  const n = x.shape[axis]!;
  const shift = n === 0 ? 0 : ((options.shift % n) + n) % n;
  return shift === 0 ? x : apply1(rollOp, [x], { axis, shift });
}
