/** True if params hold functions or tensors, as those of ops with a sub-program do. */
export function holdsProgram(params: unknown): boolean {
  let found = false;
  paramsKey(params, () => {
    found = true;
    return 0;
  });
  return found;
}

/** Params as text: numbers by value, −0, ±∞ and NaN too; functions and tensors count by identity. */
export function paramsKey(params: unknown, idOf: (thing: object) => number): string {
  if (typeof params === "function") return `#${idOf(params)}`;
  if (typeof params === "number") return Object.is(params, -0) ? "-0" : `${params}`;
  if (typeof params !== "object" || params === null) return JSON.stringify(params) ?? "";
  if ("node" in params) return `#${idOf(params)}`;
  if (Array.isArray(params)) return `[${params.map((one) => paramsKey(one, idOf))}]`;
  return `{${Object.entries(params).map(([name, one]) => `${JSON.stringify(name)}:${paramsKey(one, idOf)}`)}}`;
}
