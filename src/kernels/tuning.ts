import type { ProductFamily, ProductShape } from "./variants.ts";

/** What was measured fastest on an adapter: a variant's name and parts for each class of shapes. */
export type Winners = ReadonlyMap<string, { readonly variant: string; readonly parts: number }>;

/** Class of products that are taken to behave alike: sizes to the nearest power of two, and whether columns come in fours. */
export function classOf(family: ProductFamily, { count, rows, depth, columns }: ProductShape): string {
  const sizes = [count, rows, depth, columns].map((n) => 2 ** Math.round(Math.log2(n)));
  return `${family} ${sizes.join("x")}${columns % 4 === 0 ? "" : " ragged"}`;
}
