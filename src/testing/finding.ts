import { sizeOf } from "../tensor/shape.ts";
import type { Site } from "../tensor/site.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { ForwardOptions } from "./forward.ts";
import type { Loss, LossAt } from "./scalar-function.ts";
import { alongDirection } from "./scalar-function.ts";
import { slopeAlong } from "./slope.ts";

/** A gradient that failed, and all that its report needs. */
export interface Finding {
  /** The check's public name. */
  readonly name: string;
  readonly verdict: readonly string[];
  readonly loss: Loss;
  readonly at: LossAt;
  readonly tensors: readonly AnyTensor[];
  readonly names: readonly string[];
  readonly level: number;
  readonly seed: number;
  readonly site: Site;
  readonly rtol: number;
  readonly mode: ForwardOptions;
  /** Whether single elements of the outputs and inputs were compared. */
  readonly full: boolean;
}

/** One element of the inputs and its derivatives: by the VJPs, by forward mode, by differences. */
export interface Element {
  readonly name: string;
  readonly analytic: number;
  readonly forward: number;
  readonly lines: readonly string[];
}

/** @param flat - the element, counted through all inputs. */
export function elementAt({ at, tensors, names, mode, loss }: Finding, flat: number): Element {
  let [t, i] = [0, flat];
  while (i >= sizeOf(tensors[t]!.shape)) i -= sizeOf(tensors[t++]!.shape);
  const basis = tensors.map(({ shape }) => new Float64Array(sizeOf(shape)));
  basis[t]![i] = 1;
  const analytic = at.gradient[t]![i]!;
  const forward = alongDirection(at, basis, mode).value;
  const { value, error } = slopeAlong(loss, tensors, basis);
  const settled = error <= 1e-3 * Math.abs(value) ? `${value} ± ${error.toExponential(0)}` : "do not settle";
  return {
    name: elementName(names[t]!, tensors[t]!.shape, i),
    analytic,
    forward,
    lines: [
      `VJP ${analytic}   forward mode ${forward}   |Δ| ${Math.abs(analytic - forward).toExponential(2)}`,
      `differences ${settled}`,
    ],
  };
}

/** `argument 0.w, element [1,0]` */
export function elementName(tensor: string, shape: readonly number[], flat: number): string {
  const index = coordinates(flat, shape);
  return index.length === 0 ? tensor : `${tensor}, element [${index.join(",")}]`;
}

function coordinates(flat: number, shape: readonly number[]): number[] {
  let rest = flat;
  const reversed = [...shape].reverse().map((n) => {
    const k = rest % n;
    rest = (rest - k) / n;
    return k;
  });
  return reversed.reverse();
}
