import { deviceBytes } from "../../tensor/dtype.ts";
import { fold } from "../../tensor/scalar/expression.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { BoundBuffer, BufferRef } from "../graph/buffer-ref.ts";
import { isSameBuffer, refType, valueRef } from "../graph/buffer-ref.ts";
import type { Cost } from "./step.ts";
import type { Value } from "./value.ts";
import { valuesBelow } from "./value.ts";

/** Scalar calls below some values for one element of their iteration, each shared value once. Conversions are free. */
export function scalarCalls(roots: readonly Value[]): number {
  let calls = 0;
  for (const value of valuesBelow(roots)) {
    if (value.kind !== "call") continue;
    const args = value.args.map(() => null);
    fold<null>(value.expr, args, {
      constant: () => null,
      call: () => {
        calls++;
        return null;
      },
    });
  }
  return calls;
}

/** Expressions that a generated kernel computes at each of some elements. */
export interface Evaluated {
  readonly roots: readonly Value[];
  readonly elements: number;
}

/** Cost of a generated kernel: its expressions, and `flops` beyond them. */
export function expressionCost(parts: readonly Evaluated[], buffers: readonly BoundBuffer[], flops = 0): Cost {
  const loads = parts.flatMap(({ roots, elements }) =>
    [...valuesBelow(roots)].flatMap((value) =>
      value.kind === "load" ? [{ ref: valueRef(value.tensor), elements }] : [],
    ),
  );
  const elementsRead = (ref: BufferRef): number =>
    loads.reduce((total, load) => total + (isSameBuffer(load.ref, ref) ? load.elements : 0), 0);
  const computed = parts.reduce((total, { roots, elements }) => total + scalarCalls(roots) * elements, flops);
  return { flops: computed, bytes: bytesMoved(buffers, elementsRead) };
}

/**
 * Bytes that must pass between memory and a dispatch: every buffer that it binds once and whole, or the part of it that is
 * read; one that is updated in place counts twice. Repeated reads are taken to come from the cache.
 *
 * @param elementsRead - upper bound of the elements that the dispatch reads of a buffer.
 */
export function bytesMoved(buffers: readonly BoundBuffer[], elementsRead: (ref: BufferRef) => number): number {
  const once = buffers.filter(({ ref }, i) => buffers.findIndex((other) => isSameBuffer(other.ref, ref)) === i);
  return once.reduce((total, { ref, access }) => {
    const { dtype, shape } = refType(ref);
    const whole = deviceBytes(dtype, sizeOf(shape));
    const read = access === "write" ? 0 : Math.min(whole, deviceBytes(dtype, elementsRead(ref)));
    return total + read + (access === "read" ? 0 : whole);
  }, 0);
}
