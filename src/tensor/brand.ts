/** This copy of the package. Each copy that a process loads has an object of its own. */
export const copy: { readonly version: string } = { version: "0.1.0" };

/** What every tensor of every copy carries, on its prototype: the {@link copy} that made it. */
export const brand: unique symbol = Symbol.for("deconfound.tensor");

/** The copy of the package that made a tensor; undefined for any other value. */
export function copyOf(value: unknown): { readonly version: string } | undefined {
  return (value as { readonly [brand]?: typeof copy } | null | undefined)?.[brand];
}
