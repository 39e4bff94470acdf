import { scalarType } from "./argument-form.ts";
import { TraceError } from "./errors.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor } from "./tensor.ts";
import { isTensor, leaf } from "./tensor.ts";
import { whileTracing } from "./tracing.ts";
import { mapLeaves, tensorsOf } from "./tree.ts";

/** A function made into a program: input leaves, and the result tree over them. */
export interface Traced {
  /** Input leaves in the order of `FormCache`'s leaves. */
  readonly inputs: readonly AnyTensor[];
  /** The function's result: a tree of tensors and static values. */
  readonly result: unknown;
}

/** Calls `fn` on input leaves of the arguments' types. */
export function trace(fn: (...args: never[]) => unknown, args: readonly unknown[]): Traced {
  const site = captureSite();
  const inputs: AnyTensor[] = [];
  const traced = mapLeaves(args, (value) => {
    const type = isTensor(value) ? value : typeof value === "number" ? scalarType : undefined;
    if (type === undefined) return value;
    const input = leaf(type, { kind: "input" }, site);
    inputs.push(input);
    return input;
  }) as never[];
  const name = fn.name === "" ? "a function" : fn.name;
  const result = whileTracing(name, () => fn(...traced));
  refuseAsync("compile", result, site);
  tensorsOf("compile", result);
  return { inputs, result };
}

/** @throws TraceError if a function that should have built a program returned a promise. */
export function refuseAsync(name: string, result: unknown, site: Site): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined); // what it fails with follows from this error, and would end the process unhandled
  throw new TraceError(
    `${name}: the function is async`,
    ["a program is built without waiting; read values after the call"],
    site,
  );
}
