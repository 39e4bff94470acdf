/** True if params hold functions or tensors, as those of ops with a sub-program do. */
export function holdsProgram(params: unknown): boolean {
  return paramsKey(params, () => 0).includes('"#0"');
}

/** Params as text; functions and other objects that JSON cannot hold count by identity, and −0, ±∞ and NaN, which it writes as 0 and null, by name. */
export function paramsKey(params: unknown, idOf: (thing: object) => number): string {
  return (
    JSON.stringify(params, (_, value: unknown) => {
      if (typeof value === "function") return `#${idOf(value)}`;
      if (typeof value === "object" && value !== null && "node" in value) return `#${idOf(value)}`;
      if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
        return `${1 / value}/${value}`;
      return value;
    }) ?? ""
  );
}
