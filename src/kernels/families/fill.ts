import { sizeOf } from "../../tensor/shape.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, Lowering } from "./family.ts";
import { output } from "./family.ts";

/** Zeros in output 0: what a sum over nothing gives. */
export function fill(type: TensorType, adapter: AdapterFacts): Lowering {
  const size = sizeOf(type.shape);
  if (size === 0) return { scratch: [], dispatches: [] };
  const zeros: DispatchSpec = {
    file: "fill",
    constants: { SIZE: size },
    reads: {},
    writes: { y: output(0) },
    workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
  };
  return { scratch: [], dispatches: [zeros] };
}
