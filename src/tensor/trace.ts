import { ConfigError, TraceError } from "./errors.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor } from "./tensor.ts";
import { formatType, hostLeaf, isTensor, leaf } from "./tensor.ts";
import { leavesOf, mapLeaves } from "./tree.ts";

/** A function made into a program: input leaves, and the result tree over them. */
export interface Traced {
  /** Input leaves in the order of {@link argumentLeaves}. */
  readonly inputs: readonly AnyTensor[];
  /** The function's result: a tree of tensors and static values. */
  readonly result: unknown;
}

/** Tensor and number leaves of the arguments, in stable order: the inputs of a traced call. */
export function argumentLeaves(args: readonly unknown[]): AnyTensor[] {
  return leavesOf(args).flatMap(({ value }) => {
    if (isTensor(value)) return [value];
    if (typeof value === "number") return [scalarLeaf(value)];
    return [];
  });
}

const scalarLeaf = (value: number): AnyTensor => hostLeaf({ shape: [], dtype: "f32" }, Float32Array.of(value));

/** Tree structure, shapes, dtypes and static values: what a compiled plan depends on. */
export function signatureOf(args: readonly unknown[]): string {
  return leavesOf(args)
    .map(({ path, value }) => {
      if (isTensor(value)) return `${path}:${formatType(value)}`;
      if (typeof value === "number") return `${path}:f32[]`;
      if (value === undefined || value === null || typeof value === "boolean" || typeof value === "string") {
        return `${path}=${JSON.stringify(value) ?? "undefined"}`;
      }
      throw new ConfigError(`compile: argument ${path} is a ${typeof value}`, [
        "arguments are trees of tensors, numbers, strings, booleans and null",
      ]);
    })
    .join(";");
}

/** Calls `fn` on input leaves of the arguments' types. */
export function trace(fn: (...args: never[]) => unknown, args: readonly unknown[]): Traced {
  const site = captureSite();
  const inputs: AnyTensor[] = [];
  const traced = mapLeaves(args, (value) => {
    const type = isTensor(value) ? value : typeof value === "number" ? scalarLeaf(0) : undefined;
    if (type === undefined) return value;
    const input = leaf(type, { kind: "input" }, site);
    inputs.push(input);
    return input;
  }) as never[];
  const result = fn(...traced);
  refuseAsync("compile", result, site);
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
