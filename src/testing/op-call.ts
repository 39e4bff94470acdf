import type { Op, Sample } from "../tensor/op.ts";
import { apply } from "../tensor/op.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { formatType } from "../tensor/tensor.ts";
import { sampleInputs } from "./sample-inputs.ts";

/** One record with one of its samples: what the laws of records take. */
export interface OpCall {
  readonly op: Op;
  readonly sample: Sample<unknown>;
  /** Of the inputs that are drawn from the sample's domains. */
  readonly seed: number;
}

/** The inputs that a call's sample and seed give. */
export const inputsOf = ({ sample, seed }: OpCall): AnyTensor[] => sampleInputs(sample, seed);

/** The record as a function of its inputs. */
export const functionOf =
  ({ op, sample }: OpCall): ((...inputs: AnyTensor[]) => readonly AnyTensor[]) =>
  (...inputs) =>
    apply(op, inputs, sample.params);

/** Whether the record takes f32 and gives f32, so that there could be a derivative. */
export function isReal({ op, sample }: OpCall): boolean {
  const outputs = op.infer(sample.inputs, sample.params);
  return [sample.inputs, outputs].every((types) => types.some(({ dtype }) => dtype === "f32"));
}

/** Whether the record has a derivative: one of its own, or that of its definition. */
export const isDifferentiable = (call: OpCall): boolean => call.op.vjp !== null && isReal(call);

/** `squared(f32[3])` */
export const titleOf = ({ op, sample }: OpCall): string => `${op.name}(${sample.inputs.map(formatType).join(", ")})`;
