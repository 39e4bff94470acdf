import { describe } from "../tensor/describe.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { Site } from "../tensor/site.ts";

/** A number, a typed array, or nested arrays of these. */
export type Numbers = number | Float32Array | Float64Array | readonly Numbers[];

type Floats = Float32Array | Float64Array;
const isFloats = (x: unknown): x is Floats => x instanceof Float32Array || x instanceof Float64Array;

/** All numbers, in order. @throws ConfigError for anything else among them. */
export function numbersIn(name: string, what: string, x: unknown, site: Site): Float64Array {
  const walk = (part: unknown): number[] => {
    if (typeof part === "number") return [part];
    if (isFloats(part)) return Array.from(part);
    if (Array.isArray(part)) return part.flatMap(walk);
    throw new ConfigError(
      `${name}: ${what} holds ${describe(part)}`,
      ["expects numbers, Float32Array or Float64Array, or nested arrays of these"],
      site,
    );
  };
  return Float64Array.from(walk(x));
}

/** The same form with other numbers. */
export function withNumbers<X extends Numbers>(x: X, flat: Float64Array): X {
  let next = 0;
  const walk = (part: Numbers): Numbers => {
    if (typeof part === "number") return flat[next++]!;
    if (isFloats(part)) return part.map(() => flat[next++]!);
    return part.map(walk);
  };
  return walk(x) as X;
}

/** Whether any of the numbers is kept in single precision. */
export function holdsSingles(x: Numbers): boolean {
  return x instanceof Float32Array || (Array.isArray(x) && x.some(holdsSingles));
}

/** `x[1][0]`, of the number at a place of {@link numbersIn}'s list. */
export function pathOf(x: Numbers, flat: number): string {
  let left = flat;
  const walk = (part: Numbers, path: string): string | undefined => {
    if (typeof part === "number") return left-- === 0 ? path : undefined;
    for (let i = 0; i < part.length; i++) {
      const found = walk(part[i]!, `${path}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(x, "x") ?? "x";
}
