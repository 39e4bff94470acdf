import type { NumericArray } from "../tensor/dtype.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { TensorType } from "../tensor/tensor.ts";
import type { Dense } from "./dense.ts";
import { mapped } from "./dense.ts";
import type { KernelCall } from "./kernel-call.ts";
import type { MatrixCall } from "./matrix-rules.ts";
import { matrixRules } from "./matrix-rules.ts";
import type { MaybeMotion } from "./motion.ts";
import { zeros } from "./motion.ts";

/** Whether an op works matrix by matrix, by a rule of `matrix-rules.ts`. */
export const isMatrixOp = (op: Op): boolean => matrixRules.has(op);

/** Number `s` of a stack (s, n, m), or (s, n) of rows. */
function numberOf(s: number, data: NumericArray, { shape }: TensorType): Dense {
  const [rows, columns] = shape.length === 3 ? [shape[1]!, shape[2]!] : [1, shape[1]!];
  const size = rows * columns;
  return { rows, columns, data: Float64Array.from(data.subarray(s * size, (s + 1) * size)) };
}

type Lanes = readonly (NumericArray | null)[];

/** What is finite depends on nothing that is not: for bounds any number may stand in its place. */
const finite = (a: Dense): Dense => mapped(a, (x, i, j) => (Number.isFinite(x) ? x : Number(i === j)));

/** Calls `visit` with each matrix's call. */
function eachMatrix(
  { node, values }: KernelCall,
  outputs: readonly NumericArray[],
  lanes: Lanes,
  isBound: boolean,
  visit: (s: number, call: MatrixCall<unknown>) => void,
): void {
  const count = node.inputs[0]!.shape[0]!;
  const valuesOf = isBound ? finite : (a: Dense): Dense => a;
  for (let s = 0; s < count; s++) {
    visit(s, {
      inputs: node.inputs.map((type, i) => valuesOf(numberOf(s, values[i]!, type))),
      outputs: node.outputs.map((type, k) => valuesOf(numberOf(s, outputs[k]!, type))),
      motions: node.inputs.map((type, i) => numberOf(s, lanes[i] ?? zeros(type), type)),
      params: node.params,
      of: isBound ? (factor) => mapped(factor, Math.abs) : (factor) => factor,
      minus: isBound ? 1 : -1,
    });
  }
}

/** The outputs' motions of all matrices along one lane of the inputs'. */
function moveLane(call: KernelCall, outputs: readonly NumericArray[], lanes: Lanes, isBound: boolean): Float64Array[] {
  const moved = call.node.outputs.map(zeros);
  const rule = matrixRules.get(call.op)!;
  eachMatrix(call, outputs, lanes, isBound, (s, one) => {
    rule.move(one).forEach((motion, k) => {
      if (motion !== null) moved[k]!.set(motion.data, s * motion.data.length);
    });
  });
  return moved;
}

/** How an op that works matrix by matrix moves. @param outputs - its values */
export function moveMatrices(call: KernelCall, outputs: readonly NumericArray[]): readonly MaybeMotion[] {
  const tangent = moveLane(
    call,
    outputs,
    call.inputs.map((motion) => motion?.tangent ?? null),
    false,
  );
  const doubt = moveLane(
    call,
    outputs,
    call.inputs.map((motion) => motion?.doubt ?? null),
    true,
  );
  return call.node.outputs.map(({ dtype }, k) => (isFloat(dtype) ? { tangent: tangent[k]!, doubt: doubt[k]! } : null));
}

const ulp = 2 ** -23;
const slack = 2; // for terms of second order

/** How far a kernel that works matrix by matrix may be off: its backward error joins the inputs' errors, and both move the outputs. */
export function matrixErrors(
  call: KernelCall,
  outputs: readonly NumericArray[],
  errors: readonly Float64Array[],
): readonly Float64Array[] {
  const rule = matrixRules.get(call.op)!;
  const found = call.node.outputs.map(zeros);
  eachMatrix(call, outputs, errors, true, (s, one) => {
    const backward = rule.backward(one, ulp);
    const motions = one.motions.map((error, i) =>
      mapped(error, (e, r, c) => e + backward[i]!.data[r * error.columns + c]!),
    );
    const bounds = rule.move({ ...one, motions });
    const rounding = rule.rounding?.(one, ulp);
    const settled = rule.settled(one, bounds);
    call.node.outputs.forEach(({ shape }, k) => {
      const size = sizeOf(shape.slice(1));
      for (let i = 0; i < size; i++) {
        const bound = bounds[k] === null ? 0 : slack * bounds[k]!.data[i]! + (rounding?.[k]?.data[i] ?? 0);
        found[k]![s * size + i] = settled[k] && !Number.isNaN(bound) ? bound : Number.POSITIVE_INFINITY;
      }
    });
  });
  return found;
}
