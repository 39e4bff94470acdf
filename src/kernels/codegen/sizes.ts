import type { AdapterFacts } from "../adapter/facts.ts";

/** Numbers that a kernel reads as `size.NAME`: u32, or i32. */
export type Sizes = Readonly<Record<string, number | { readonly i32: number }>>;

/**
 * True where sizes are data, in a uniform: kernels that differ in nothing else are one pipeline. Software drivers compile a
 * pipeline for tenths of a second and gain nothing from known numbers; real GPUs' compilers fold and unroll with them.
 */
export function sizesAreData(adapter: AdapterFacts): boolean {
  return adapter.adapterClass === "software";
}

/** `@group(0) @binding(…)` of the uniform: past any number of buffers. */
export const sizesBinding = 99;

/**
 * Declares `size`, its fields in order.
 *
 * @param asData - a uniform; otherwise a constant.
 */
export function sizesText(sizes: Sizes, asData: boolean): string {
  const fields = Object.entries(sizes).map(([name, value]) => `${name}: ${typeof value === "number" ? "u32" : "i32"}`);
  const struct = `struct Sizes { ${fields.join(", ")} }`;
  const known = `const SIZES_ARE_DATA = ${asData};`;
  if (asData) return `${known}\n${struct}\n@group(0) @binding(${sizesBinding}) var<uniform> size: Sizes;`;
  const values = Object.values(sizes).map((value) => (typeof value === "number" ? `${value}u` : `${value.i32}i`));
  return `${known}\n${struct}\nconst size = Sizes(${values.join(", ")});`;
}

/** The uniform's words. */
export function sizesData(sizes: Sizes): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(Object.values(sizes), (value) => (typeof value === "number" ? value : value.i32 >>> 0));
}
