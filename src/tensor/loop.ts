import type { Body } from "./body.ts";

/**
 * A sub-program that runs `length` times, one step after another. Inputs of its node: the first carries, the rows, [length, …row] each,
 * and what is the same for all steps. Outputs: the last carries, the stacked rows that the steps give, and saved carries.
 */
export interface Loop {
  /** One step. Inputs: carries, rows, constants. Outputs: the next carries, which have the carries' types, and rows. */
  readonly body: Body;
  /** How many of the body's inputs are carries, and of its outputs. */
  readonly carries: number;
  /** How many of the body's inputs are rows. */
  readonly rows: number;
  /** Steps, ≥ 1. */
  readonly length: number;
  /** Whether the first step takes the last row. */
  readonly reverse: boolean;
  /** Steps, ≥ 1: the carries before each `every`-th step are saved, [⌈length / every⌉, …carry], where its rows are. */
  readonly every: number;
}

/** How many rows of saved carries a loop has. */
export function savedCount({ length, every }: Pick<Loop, "length" | "every">): number {
  return Math.ceil(length / every);
}

/** The row of step `step`, or of the chunk of `every` steps that it is in. */
export function rowAt(loop: Pick<Loop, "length" | "reverse">, step: number, every: number): number {
  const chunk = Math.floor(step / every);
  return loop.reverse ? savedCount({ length: loop.length, every }) - 1 - chunk : chunk;
}
