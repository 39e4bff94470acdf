import { sizeOf } from "../../tensor/shape.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter-facts.ts";
import type { DispatchSpec, Lowering } from "../family.ts";
import { foldWorkgroups, output } from "../family.ts";

const nan = 0x7fc00000;

/** Zeros in output 0: what a sum over nothing gives. */
export function fill(type: TensorType, adapter: AdapterFacts): Lowering {
  const size = sizeOf(type.shape);
  return { scratch: [], dispatches: size === 0 ? [] : [fillWith(0, 0, size, adapter)] };
}

/** NaN in every output: what a mean over nothing gives. */
export function fillNaN(types: readonly TensorType[], adapter: AdapterFacts): Lowering {
  const dispatches = types.flatMap((type, index) => {
    const size = sizeOf(type.shape);
    return size === 0 ? [] : [fillWith(index, nan, size, adapter)];
  });
  return { scratch: [], dispatches };
}

function fillWith(index: number, bits: number, size: number, adapter: AdapterFacts): DispatchSpec {
  return {
    file: "fill",
    constants: { SIZE: size, BITS: bits },
    reads: {},
    writes: { y: output(index) },
    workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
  };
}
