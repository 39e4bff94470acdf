import type { NumericArray } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { valueOf } from "../tensor/reference.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Node } from "../tensor/tensor.ts";
import { evaluateView } from "../tensor/view-loops.ts";
import { moveNode } from "./forward.ts";
import { choices } from "./forward-choice.ts";
import { linearInputs, moveKernel, runKernel } from "./forward-kernel.ts";
import { isMatrixOp, matrixErrors } from "./forward-matrix.ts";
import type { KernelCall } from "./kernel-call.ts";
import type { MaybeMotion } from "./motion.ts";
import { zeros } from "./motion.ts";
import { largestFloat, scalarErrors, smallestNormal } from "./scalar-errors.ts";
import { movedBySigns } from "./sign-probes.ts";
import type { Definition, Tape } from "./tape.ts";

/** How far each element of a node's outputs may be off; ∞: it may be anything. */
export type Errors = readonly Float64Array[];

const ulp = 2 ** -23; // WGSL leaves the direction of rounding open: a whole unit in the last place
const fusedSlack = 2; // a fused kernel computes its definition in another order

/**
 * How far a device may put every value of a program off the value in double precision: a running error bound. Each op adds what WGSL's
 * table allows it (n·2⁻²³·Σ|terms| for sums of n terms), and passes on the errors of its inputs. Where an error could turn a
 * comparison, an index or a rounding, the bound allows either outcome, or is ∞.
 *
 * @param known - errors of leaves; others are exact.
 * @see N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., §3.3 (running error analysis)
 */
export function deviceErrors(tape: Tape, known: ReadonlyMap<Node, Float64Array> = new Map()): Map<Node, Errors> {
  const errors = new Map<Node, Errors>();
  for (const node of tape.order) {
    const given = known.get(node);
    const inputs = node.inputs.map(({ node: from, index }) => errors.get(from)![index]!);
    errors.set(node, given === undefined ? nodeErrors(tape, node, inputs) : [given]);
  }
  return errors;
}

function nodeErrors(tape: Tape, node: Node, errors: Errors): Errors {
  const outputs = tape.values.get(node)!;
  if (node.op === undefined) return outputs.map((data) => Float64Array.from(data, flushed));
  const op = node.op as unknown as Op;
  const values = node.inputs.map((input) => valueOf(tape.values, input));
  const call: KernelCall = { node, op, values, inputs: errors.map(asMotion), ahead: false };
  if (op.scalar !== undefined) {
    const lanes = node.inputs.map(({ dtype }, i) => ({ data: values[i]!, dtype, error: errors[i]! }));
    return [scalarErrors(op.scalar, lanes, sizeOf(node.outputs[0]!.shape))];
  }
  if (op.view !== undefined) return [viewErrors(op, node, errors)];
  const definition = tape.definitions.get(node);
  if (definition !== undefined) return definedErrors(tape, node, definition, errors, call.inputs);
  const isMatrices = isMatrixOp(op);
  const passed = isMatrices ? matrixErrors(call, outputs, errors) : passedOn(call, outputs, errors);
  const own = isMatrices ? outputs.map(({ length }) => new Float64Array(length)) : ownErrors(call, outputs);
  return outputs.map((data, k) =>
    Float64Array.from(data, (y, i) => {
      if (!isFloat(node.outputs[k]!.dtype)) return passed[k]![i]!;
      const error = passed[k]![i]! + own[k]![i]! + smallestNormal;
      return Math.abs(y) <= largestFloat && !Number.isNaN(error) ? error : Number.POSITIVE_INFINITY;
    }),
  );
}

/**
 * A function's body is a program like any. A fused record is not: in ln Σ eˣ the largest element is compared with itself, which no error
 * can turn. So its definition's own errors count, for exact inputs, and those of its inputs travel to first order.
 */
function definedErrors(
  tape: Tape,
  node: Node,
  definition: Definition,
  errors: Errors,
  motions: readonly MaybeMotion[],
): Errors {
  const isBody = typeof node.params === "object" && node.params !== null && "body" in node.params;
  const known = new Map(definition.leaves.map((leaf, i) => [leaf.node, errors[i]!]));
  const inner = deviceErrors(definition.tape, isBody ? known : new Map());
  const own = definition.tape.roots.map((root) => inner.get(root.node)![root.index]!);
  if (isBody) return own;
  const moved = moveNode(tape, node, motions, { stopGradient: "value" });
  return own.map((error, k) => error.map((e, i) => fusedSlack * e + (moved[k]?.doubt[i] ?? 0)));
}

const flushed = (x: number): number => (Math.abs(x) < smallestNormal ? Math.abs(x) : 0);

/** An error travels through linear ops as the rounding of a motion does. */
const asMotion = (error: Float64Array): MaybeMotion =>
  error.some((e) => e > 0) ? { tangent: new Float64Array(error.length), doubt: error } : null;

function viewErrors(op: Op, node: Node, errors: Errors): Float64Array {
  const output = node.outputs[0]!;
  const view = op.view!(node.inputs, output, node.params);
  const moved = new Float64Array(sizeOf(output.shape));
  evaluateView(view.kind === "flat" ? view : { ...view, fill: 0 }, errors, node.inputs, moved, output.shape);
  return moved;
}

/** What the errors of an op's inputs make of its outputs. */
function passedOn(call: KernelCall, outputs: readonly NumericArray[], errors: Errors): Errors {
  const { node, op, inputs } = call;
  if (inputs.every((motion) => motion === null)) return node.outputs.map(zeros);
  if (op.convert === true || choices.has(op)) {
    const ends = risingErrors(call, outputs, errors);
    const jumps = node.outputs.some(({ dtype }) => !isFloat(dtype)) ? movedBySigns(call, outputs, errors) : ends;
    return node.outputs.map(({ dtype }, k) => (isFloat(dtype) || op.convert === true ? ends[k]! : jumps[k]!));
  }
  const linear = linearInputs(op) ?? [];
  const only = (keep: (i: number) => boolean): MaybeMotion[] => inputs.map((motion, i) => (keep(i) ? motion : null));
  const along = only((i) => linear.includes(i));
  const others = only((i) => !linear.includes(i));
  const sums = along.some((motion) => motion !== null) ? moveKernel({ ...call, inputs: along }) : [];
  const jumps = others.some((motion) => motion !== null)
    ? movedBySigns(
        call,
        outputs,
        errors.map((error, i) => (linear.includes(i) ? error.map(() => 0) : error)),
      )
    : [];
  return node.outputs.map((type, k) => zeros(type).map((_, i) => (sums[k]?.doubt[i] ?? 0) + (jumps[k]?.[i] ?? 0)));
}

/** Of ops that rise with each input element, as max, sort and casts do: their values at the ends of the errors' intervals. */
function risingErrors(call: KernelCall, outputs: readonly NumericArray[], errors: Errors): Errors {
  const ends = [-1, 1].map((sign) =>
    runKernel(
      call,
      call.values.map((data, i) => Float64Array.from(data, (x, k) => x + sign * errors[i]![k]!)),
    ),
  );
  return outputs.map((data, k) =>
    Float64Array.from(data, (y, i) => {
      if (call.node.outputs[k]!.dtype === "bool") return Math.abs(call.values[0]![i]!) <= errors[0]![i]! ? 1 : 0;
      const apart = Math.max(...ends.map((end) => Math.abs(end[k]![i]! - y)));
      return isFloat(call.node.outputs[k]!.dtype) || apart === 0 ? apart : Number.POSITIVE_INFINITY;
    }),
  );
}

/** What an op's own kernel may add, for exact inputs. */
function ownErrors(call: KernelCall, outputs: readonly NumericArray[]): Errors {
  const { node, op, values } = call;
  if (op.tolerance !== undefined) {
    const { relative, absolute } = op.tolerance;
    return outputs.map((data) => Float64Array.from(data, (y) => relative * Math.abs(y) + absolute));
  }
  if (choices.has(op)) return node.outputs.map(zeros);
  if (op.convert === true)
    return outputs.map((data) => Float64Array.from(data, (y) => (Math.abs(y) > 2 ** 24 ? ulp * Math.abs(y) : 0)));
  const linear = linearInputs(op);
  if (linear !== undefined) {
    const put = (f: (x: number) => number): readonly NumericArray[] =>
      runKernel(
        call,
        values.map((data, i) => (linear.includes(i) ? Float64Array.from(data, f) : data)),
      );
    const [terms, counts] = [put(Math.abs), put(() => 1)];
    return terms.map((sums, k) => Float64Array.from(sums, (sum, i) => (counts[k]![i]! + 8) * ulp * sum));
  }
  const count = node.inputs.reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 1);
  return outputs.map((data) => {
    const largest = Math.max(0, ...Float64Array.from(data, Math.abs).filter(Number.isFinite));
    return new Float64Array(data.length).fill(64 * ulp * largest * Math.log2(2 + count));
  });
}
