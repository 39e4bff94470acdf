import { TraceError } from "./errors.ts";
import { captureSite } from "./site.ts";

/** The name of the function that is being traced: for errors alone, no program depends on it. */
let traced: string | undefined;

/** Runs a function that `device.compile` traces. */
export function whileTracing<T>(name: string, run: () => T): T {
  const outer = traced;
  traced = name;
  try {
    return run();
  } finally {
    traced = outer;
  }
}

/**
 * Refuses to run or read a program in a traced function, which only builds one. Thrown at once, not as a rejected promise: the
 * function cannot wait for it.
 */
export function refuseWhileTracing(name: string): void {
  if (traced === undefined) return;
  throw new TraceError(
    `${name}: called while ${traced} is being traced`,
    [
      "a traced function builds a program and runs none: call the plain function instead of its compiled program,",
      "or run this before and pass its result as an argument",
    ],
    captureSite(),
  );
}
