import { copy, copyOf } from "./brand.ts";
import { describe } from "./describe.ts";
import { ConfigError, TraceError } from "./errors.ts";
import type { Site } from "./site.ts";
import { captureSite } from "./site.ts";

/** What one parameter or option takes. */
export interface Kind {
  /** Completes "expects …". */
  readonly expects: string;
  accepts(value: unknown): boolean;
  /** What is wrong, where "is VALUE" would not tell. */
  says?(value: unknown): string | undefined;
  /** What to write instead, where the value tells it. */
  mend?(value: unknown): string | undefined;
  /** @defaultValue ConfigError; for a tensor where a value must be known when the program is built, TraceError. */
  readonly error?: new (
    message: string,
    details: readonly string[],
    site: Site,
  ) => Error;
  /** Whether it takes tensors. */
  readonly tensors?: true;
  /** A positional parameter that may be left out. */
  readonly optional?: true;
  /** An option that must be given. */
  readonly required?: true;
}

type Kinds = Readonly<Record<string, Kind>>;

/** A positional parameter that may be left out. */
export const optional = (kind: Kind): Kind => ({ ...kind, optional: true });
/** An option that must be given. */
export const required = (kind: Kind): Kind => ({ ...kind, required: true });

/**
 * Declares what a public function takes, once. The result checks a call: it gets the function's `arguments`, and costs some 50 ns.
 *
 * TypeScript checks the same at compile time. Programs in plain JavaScript, and those with `as any`, get an error that names the
 * function, the value and the expectation, instead of NaN or silence.
 *
 * @param positional - parameters in order.
 * @param options - of the trailing options object; left out where the function has none.
 */
export function parameters(name: string, positional: Kinds, options?: Kinds): (given: ArrayLike<unknown>) => void {
  const names = Object.keys(positional);
  const kinds = Object.values(positional);
  const known: Record<string, Kind> | undefined = options && Object.assign(Object.create(null), options);
  const needed = Object.keys(options ?? {}).filter((option) => options![option]!.required);
  const most = kinds.length + (known === undefined ? 0 : 1);
  const usage = (): string => {
    const object = options && `{ ${Object.keys(options).join(", ")} }`;
    return `expects ${name}(${[...names, ...(object === undefined ? [] : [object])].join(", ")})`;
  };
  return (given) => {
    for (let i = 0; i < kinds.length; i++) {
      const [kind, value] = [kinds[i]!, given[i]];
      if (!kind.accepts(value) && !(kind.optional && value === undefined))
        refuse(name, names[i]!, value, kind, usage());
    }
    if (known !== undefined) checkOptions(name, given[kinds.length], known, needed, usage);
    if (given.length > most && !isCallback(given, most)) {
      throw new ConfigError(
        `${name}: takes ${most} argument${most === 1 ? "" : "s"}, got ${given.length}`,
        [usage()],
        captureSite(),
      );
    }
  };
}

function checkOptions(
  name: string,
  options: unknown,
  known: Readonly<Record<string, Kind>>,
  needed: readonly string[],
  usage: () => string,
): void {
  if (options === undefined) {
    if (needed.length > 0) refuse(name, needed[0]!, undefined, known[needed[0]!]!, usage());
    return;
  }
  if (!isRecord(options)) {
    throw new ConfigError(`${name}: the options are ${describe(options)}, not an object`, [usage()], captureSite());
  }
  for (const option in options) {
    const [kind, value] = [known[option], options[option]];
    if (kind === undefined) throw new ConfigError(`${name}: there is no option ${option}`, [usage()], captureSite());
    if (value !== undefined && !kind.accepts(value)) refuse(name, option, value, kind, usage());
  }
  for (const option of needed) {
    if (options[option] === undefined) refuse(name, option, undefined, known[option]!, usage());
  }
}

/** Throws the error of one value. */
function refuse(name: string, parameter: string, value: unknown, kind: Kind, usage: string): never {
  const is = value === undefined ? "missing" : describe(value);
  const traced = copyOf(value) === copy && kind.tensors === undefined;
  const mend = traced
    ? "it must be known when the program is built; a number among a compiled function's arguments is a tensor: capture it"
    : kind.mend?.(value);
  const details = [`expects ${kind.expects}`, ...(mend === undefined ? [] : [mend]), usage];
  const Refusal = traced ? TraceError : (kind.error ?? ConfigError);
  throw new Refusal(`${name}: ${kind.says?.(value) ?? `${parameter} is ${is}`}`, details, captureSite());
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) === Object.prototype) return true;
  return copyOf(value) === undefined && Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether the arguments beyond `most` are those that `list.map`, `list.reduce` or `mapTree` add: (item, index, list) or (leaf, path). */
function isCallback(given: ArrayLike<unknown>, most: number): boolean {
  if (given.length === most + 1) return most === 1 && typeof given[1] === "string";
  const [index, list] = [given[most], given[most + 1]];
  return given.length === most + 2 && Array.isArray(list) && list[index as number] === given[most - 1];
}
