import { defaultsOf } from "../../options/table.ts";
import { diagonal } from "../../tensor/ops/diagonal.ts";
import { evaluateReference } from "../../tensor/reference.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { Estimator } from "../estimator.ts";

/** An estimator with all options, called alike whether it reads all pairs or the true ones, with a companion or without. */
export interface Subject {
  readonly estimator: Estimator;
  readonly options: object;
  /** The value of scores `(n, n)`, of which it gets what it reads, and of a companion `(n)`. */
  value(scores: AnyTensor, companion: AnyTensor): AnyTensor;
}

/** @param changes - options other than the defaults. */
export function subjectOf(estimator: Estimator, changes: object): Subject {
  const options = { ...defaultsOf(estimator.options), ...changes };
  const { companion, reads } = estimator.facts;
  const given = (vector: AnyTensor): object =>
    companion === undefined ? options : { ...options, [companion]: vector };
  return {
    estimator,
    options,
    value: (scores, vector) => estimator.value(reads === "pairs" ? diagonal(scores) : scores, given(vector)),
  };
}

/** A program's number in float64. */
export async function numberOf(x: AnyTensor): Promise<number> {
  return (await evaluateReference(x).data())[0]!;
}

export const matrixOf = (values: readonly number[], n: number): AnyTensor =>
  tensor(Float32Array.from(values), { shape: [n, n] });
export const vectorOf = (values: readonly number[]): AnyTensor => tensor(Float32Array.from(values));
