import { wgsl } from "../wgsl/wgsl.generated.ts";
import type { Sizes } from "./sizes.ts";
import { sizesData, sizesText } from "./sizes.ts";

/** The numbers of one generated kernel that follow from shapes. */
export interface SizeTable {
  /** WGSL of a number: a name where sizes are data, so that bodies which differ in nothing else are one text. */
  of(value: number): string;
  /** ⌊text / by⌋: by a shift where that is enough, as drivers do not always see it. */
  divided(text: string, by: number): string;
  /** text mod by: by a mask where that is enough. */
  remainder(text: string, by: number): string;
  /** The body of a function that begins by reading the numbers it names: drivers do not move a uniform's loads out of loops. */
  begin(lines: readonly string[]): string[];
  /** Fields of the numbers that were asked for. */
  fields(): Sizes;
}

/** @param asData - false: numbers are written as they are. */
export function sizeTable(asData: boolean): SizeTable {
  const names = new Map<number, string>();
  const of = (value: number): string => {
    const unsigned = value < 0 ? value + 2 ** 32 : value; // wraps, as indices do
    if (!asData) return `${unsigned}u`;
    const name = names.get(unsigned) ?? `n${names.size}`;
    names.set(unsigned, name);
    return name;
  };
  const isPower = (by: number): boolean => Number.isInteger(Math.log2(by));
  return {
    of,
    divided(text, by) {
      if (by === 1) return text;
      if (isPower(by)) return `(${text} >> ${of(Math.log2(by))})`;
      return asData ? `quotient(${text}, ${of(by)})` : `(${text} / ${of(by)})`;
    },
    remainder(text, by) {
      if (isPower(by)) return `(${text} & ${of(by - 1)})`;
      return asData ? `rest_of(${text}, ${of(by)})` : `(${text} % ${of(by)})`;
    },
    begin(lines) {
      const text = lines.join("\n");
      const named = [...names.values()].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
      return [...named.map((name) => `let ${name} = size.${name};`), ...lines];
    },
    fields: () => Object.fromEntries([...names].map(([value, name]) => [name, value])),
  };
}

/** A generated kernel's complete text and the words of its uniform: sizes are declared, and the division library if it is used. */
export function withSizes(
  code: string,
  sizes: Sizes,
  asData: boolean,
): { readonly code: string; readonly sizes: Uint32Array<ArrayBuffer> | null } {
  const library = /\b(quotient|rest_of)\(/.test(code) ? `\n${wgsl.quotient}` : "";
  return { code: `${code}\n${sizesText(sizes, asData)}${library}`, sizes: asData ? sizesData(sizes) : null };
}
