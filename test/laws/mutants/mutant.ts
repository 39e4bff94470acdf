import type { AnyOp, Op } from "../../../src/tensor/op.ts";
import type { Case } from "../sampling.ts";
import { casesOf } from "../sampling.ts";

/** A bug put in on purpose. A law that lets it pass does not test what it says. */
export interface Mutant {
  /** The op or function, and the bug in words. */
  readonly name: string;
  readonly kind: "VJP rule" | "scalar derivative" | "definition" | "reference loop" | "kernel";
  readonly law: string;
  /** Runs the law on the mutant, and throws as the law does. */
  run(): void | Promise<void>;
  /** Runs the same law without the bug: it must pass. */
  control(): void | Promise<void>;
}

export type Law = (one: Case) => unknown;

/** A record with some of its fields replaced, in front of a law that loops over its samples. */
export function mutantRecord<P>(
  kind: Mutant["kind"],
  op: Op<P>,
  bug: string,
  change: Partial<Op<P>>,
  [law, check]: readonly [string, Law],
): Mutant {
  const over = (record: Op<P>) => (): void => {
    for (const one of casesOf(record as unknown as AnyOp)) check(one);
  };
  return { name: `${op.name}: ${bug}`, kind, law, run: over({ ...op, ...change }), control: over(op) };
}

/** Whether the law saw the bug: its assertion failed, or the library refused. Any other error is a mutant that does not run. */
export async function isKilled(mutant: Mutant): Promise<boolean> {
  try {
    await mutant.run();
    return false;
  } catch (error) {
    const { name } = error as Error;
    if (name === "AssertionError" || name === "GradientError" || name === "ShapeError") return true;
    throw error;
  }
}

/** A table for a page: one row per mutant. */
export function tableOf(mutants: readonly Mutant[], killed: readonly boolean[]): string {
  const rows = mutants.map(
    ({ name, kind, law }, i) => `| ${name} | ${kind} | ${law} | ${killed[i]! ? "killed" : "ALIVE"} |`,
  );
  return ["| mutant | what is changed | law | |", "|---|---|---|---|", ...rows].join("\n");
}
