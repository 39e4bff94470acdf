import { ConfigError } from "../../tensor/errors.ts";
import * as json from "../../tensor/json-schema.ts";
import { printable } from "../../tensor/printable.ts";
import type { ProductFamily, ProductShape } from "./product-shape.ts";

/** A variant by name, and the parts that its depth is cut into. */
export interface TunedVariant {
  readonly variant: string;
  readonly parts: number;
}

/** What to take for some products before any rule; undefined leaves it to the rules. */
export type Tuned = (family: ProductFamily, shape: ProductShape) => TunedVariant | undefined;

/** What {@link tune} measured on one adapter: plain JSON. */
export interface Tuning {
  readonly format: "deconfound tuning 1";
  /** Version of the library that measured. */
  readonly library: string;
  /** ISO 8601. */
  readonly date: string;
  /** `device.info().description` of the adapter that it holds for. */
  readonly adapter: string;
  /** `timestamps` of the adapter, or the time between submits on the `wall`. */
  readonly clock: "timestamps" | "wall";
  /** By class of products, sizes to the nearest power of two. */
  readonly classes: Readonly<Record<string, TunedClass>>;
}

export interface TunedClass {
  /** What was run. */
  readonly work: string;
  readonly winner: TunedVariant;
  /** The rules' choice first. Milliseconds, the smallest of all rounds. */
  readonly times: readonly (TunedVariant & { readonly ms: number })[];
}

export const tuningFormat: Tuning["format"] = "deconfound tuning 1";

/** Class of products that are taken to behave alike: sizes to the nearest power of two, and whether columns come in fours. */
export function classOf(family: ProductFamily, { count, rows, depth, columns }: ProductShape): string {
  const sizes = [count, rows, depth, columns].map((n) => (n > 0 ? 2 ** Math.round(Math.log2(n)) : 0));
  return `${family} ${sizes.join("x")}${columns % 4 === 0 ? "" : " ragged"}`;
}

/** Looks products up in a tuning. */
export function tunedBy({ classes }: Tuning): Tuned {
  return (family, shape) => classes[classOf(family, shape)]?.winner;
}

/** @throws ConfigError when a tuning was measured on another adapter. */
export function checkAdapter(tuning: Tuning, description: string): void {
  if (tuning.adapter === description) return;
  throw new ConfigError(`the tuning is of another adapter: ${printable(tuning.adapter)}`, [
    `this one is ${description}`,
    "deconfound tune measures it",
  ]);
}

const variant = { variant: json.string, parts: json.integer({ min: 1 }) };
const tuningSchema: json.Schema<Tuning> = json.object({
  format: json.literal(tuningFormat),
  library: json.string,
  date: json.string,
  adapter: json.string,
  clock: json.literal("timestamps", "wall"),
  classes: json.record(
    json.object({
      work: json.string,
      winner: json.object(variant),
      times: json.list(json.object({ ...variant, ms: json.number() })),
    }),
  ),
});

/**
 * Checks that a value read from JSON is a tuning.
 *
 * @param name - what messages call it: a file's path.
 * @throws DataError naming the place that is wrong.
 * @example
 * ```ts
 * import { parseTuning } from "deconfound";
 *
 * const facts = { library: "0.1.0", date: "2026-01-01", adapter: "some GPU", clock: "wall", classes: {} };
 * const text = JSON.stringify({ format: "deconfound tuning 1", ...facts });
 * console.log(parseTuning(JSON.parse(text), "tuning.json").adapter); // some GPU
 * ```
 */
export function parseTuning(value: unknown, name: string): Tuning {
  return json.check(tuningSchema, value, name, ["deconfound tune writes a new one"]);
}
