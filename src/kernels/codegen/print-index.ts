import type { Affine, IndexSymbol } from "./affine.ts";
import type { Loop } from "./coalesce.ts";
import type { SizeTable } from "./size-table.ts";

/** Prints indices over a kernel's loop coordinates. */
export interface IndexPrinter {
  readonly sizes: SizeTable;
  /** A WGSL u32 expression; `lane` is added to the last coordinate. */
  print(index: Affine, lane?: number): string;
  /** Four neighbours along the last coordinate are four aligned neighbours in memory. */
  isVector(index: Affine): boolean;
}

/** A printer for the loop coordinates `names`, outermost first, of an iteration over `shape`. */
export function indexPrinter(
  loops: readonly Loop[],
  names: readonly string[],
  shape: readonly number[],
  sizes: SizeTable,
): IndexPrinter {
  const coordinates = new Map<number, { name: string; last: boolean; inner: number }>();
  loops.forEach((loop, i) => {
    let inner = 1;
    for (const axis of [...loop.axes].reverse()) {
      coordinates.set(axis, { name: names[i]!, last: i === loops.length - 1, inner });
      inner *= shape[axis]!;
    }
  });
  const print = (index: Affine, lane = 0): string => {
    const factors = new Map<string, number>(); // merged axes have one factor for the whole coordinate
    for (const [symbol, factor] of index.terms) {
      const [text, scale] = printSymbol(symbol, factor, lane);
      factors.set(text, scale);
    }
    const texts = [...factors].map(([text, factor]) => (factor === 1 ? text : `${text} * ${sizes.of(factor)}`));
    if (index.base !== 0 || texts.length === 0) texts.push(sizes.of(index.base));
    return texts.length === 1 && !texts[0]!.includes(" ") ? texts[0]! : `(${texts.join(" + ")})`;
  };
  const printSymbol = ({ source }: IndexSymbol, factor: number, lane: number): [string, number] => {
    if ("axis" in source) {
      const { name, last, inner } = coordinates.get(source.axis)!;
      return [last && lane > 0 ? `(${name} + ${lane}u)` : name, factor / inner];
    }
    const of = print(source.of, lane);
    const quotient = sizes.divided(of, source.divide);
    return [source.modulo === null ? quotient : sizes.remainder(quotient, source.modulo), factor];
  };
  const isVector = (index: Affine): boolean => {
    let unit = false;
    for (const [{ source }, factor] of index.terms) {
      if (!("axis" in source)) return false;
      const { last, inner } = coordinates.get(source.axis)!;
      if (last && factor / inner !== 1) return false;
      if (last) unit = true;
      else if ((factor / inner) % 4 !== 0) return false;
    }
    return unit && index.base % 4 === 0;
  };
  return { sizes, print, isVector };
}
