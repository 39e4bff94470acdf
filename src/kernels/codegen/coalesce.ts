import type { Affine } from "./affine.ts";
import { axisFactor, visitAffine } from "./affine.ts";

/** A loop coordinate that kernels compute: merged neighbouring axes of the iteration space. */
export interface Loop {
  /** Original axes, outermost first. */
  readonly axes: readonly number[];
  readonly size: number;
}

/**
 * Merges neighbouring axes that every index walks as one, so that a plain elementwise kernel has a single coordinate and
 * no division. `breaks` holds axes that must not merge with the axis before them.
 */
export function coalesce(shape: readonly number[], indices: readonly Affine[], breaks: ReadonlySet<number>): Loop[] {
  const all: Affine[] = [];
  for (const index of indices) visitAffine(index, (part) => all.push(part));
  const loops: { axes: number[]; size: number }[] = [];
  shape.forEach((size, axis) => {
    const previous = loops[loops.length - 1];
    const joined =
      previous !== undefined &&
      !breaks.has(axis) &&
      all.every((index) => {
        const outer = axisFactor(index, previous.axes[previous.axes.length - 1]!);
        return size === 1 || previous.size === 1 ? true : outer === axisFactor(index, axis) * size;
      });
    if (joined) {
      previous.axes.push(axis);
      previous.size *= size;
    } else loops.push({ axes: [axis], size });
  });
  return loops;
}
