/** True if params hold functions or tensors, as those of ops with a sub-program do. */
export function holdsProgram(params: unknown): boolean {
  return paramsKey(params, () => 0).includes('"#0"');
}

/** Params as text; functions and other objects that JSON cannot hold count by identity. */
export function paramsKey(params: unknown, idOf: (thing: object) => number): string {
  return (
    JSON.stringify(params, (_, value: unknown) => {
      if (typeof value === "function") return `#${idOf(value)}`;
      if (typeof value === "object" && value !== null && "node" in value) return `#${idOf(value)}`;
      return value;
    }) ?? ""
  );
}
