import type { NumericArray } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { valueOf } from "../tensor/reference.ts";
import { differentiate } from "../tensor/scalar/differentiate.ts";
import { evaluateScalar } from "../tensor/scalar/evaluate.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Node } from "../tensor/tensor.ts";
import { extrapolate } from "./differences.ts";
import type { Motions } from "./forward.ts";
import { underflow } from "./motion.ts";
import type { Tape } from "./tape.ts";

/** An elementwise op whose stated derivative is not that of its values. */
export interface WrongDerivative {
  readonly node: Node;
  readonly input: number;
  /** The op's arguments at the element. */
  readonly at: readonly number[];
  readonly stated: number;
  readonly differences: number;
}

/**
 * Forward mode and VJPs read the derivatives of elementwise ops from the same expressions, so these get another judge: adaptive
 * differences at the values that each op meets in the program. Where differences do not settle, near a kink or in rounding noise,
 * nothing is said.
 */
export function wrongDerivative(tape: Tape, motions: Motions): WrongDerivative | undefined {
  for (const node of tape.order) {
    const op = node.op as unknown as Op | undefined;
    const moves = node.inputs.map(({ node: from, index }) => motions.get(from)?.[index] != null);
    if (op === undefined || !moves.includes(true)) continue;
    const found = op.scalar === undefined ? undefined : wrongInput(tape, node, op, moves);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wrongInput(tape: Tape, node: Node, op: Op, moves: readonly boolean[]): WrongDerivative | undefined {
  const size = sizeOf(node.outputs[0]!.shape);
  if (node.outputs[0]!.dtype !== "f32" || op.vjp === null || size === 0) return undefined;
  const lanes = node.inputs.map((input) => ({ data: valueOf(tape.values, input), dtype: input.dtype }));
  const valuesWith = (input: number, data: NumericArray): NumericArray =>
    evaluateScalar(
      op.scalar!,
      lanes.map((lane, i) => (i === input ? { ...lane, data } : lane)),
      size,
      "f64",
    );
  for (const [input, { data: x, dtype }] of lanes.entries()) {
    if (dtype !== "f32" || !moves[input]) continue;
    const derivative = differentiate(op.scalar!, input);
    const stated = derivative === null ? new Float64Array(size) : evaluateScalar(derivative, lanes, size, "f64");
    const here = valuesWith(input, x);
    const reach = Float64Array.from(x, (value) => (value === 0 ? 1 : Math.abs(value)));
    /** Slopes from x + left·reach to x + right·reach, by the steps that double precision really took. */
    const slopes = (left: number, right: number): Float64Array => {
      const [from, to] = [left, right].map((t) => Float64Array.from(x, (value, i) => value + t * reach[i]!));
      const [low, high] = [valuesWith(input, from!), valuesWith(input, to!)];
      return Float64Array.from(x, (_, i) => (high[i]! - low[i]!) / (to![i]! - from![i]!));
    };
    const noise = Float64Array.from(here, (y, i) => (Math.abs(y) * 2 ** -52 + underflow) / reach[i]!);
    const { value, error } = extrapolate((t) => slopes(-t, t), noise);
    const [before, beyond] = [slopes(-nearby, 0), slopes(0, nearby)];
    const at = stated.findIndex((claim, i) => {
      const largest = Math.max(Math.abs(claim), Math.abs(value[i]!));
      // slopes to both sides, close by: elsewhere is a kink, a jump, or an oscillation too fast to judge
      const local = Math.max(Math.abs(beyond[i]! - value[i]!), Math.abs(before[i]! - value[i]!));
      if (!(local <= 0.01 * Math.abs(value[i]!)) || !(error[i]! <= 1e-4 * largest)) return false;
      return !(Math.abs(claim - value[i]!) <= 10 * error[i]! + 1e-6 * largest);
    });
    if (at < 0) continue;
    const point = lanes.map(({ data }) => data[at]!);
    return { node, input, at: point, stated: stated[at]!, differences: value[at]! };
  }
  return undefined;
}

const nearby = 2 ** -20; // of the argument: one-sided slopes this close differ at a kink only
