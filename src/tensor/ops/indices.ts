import { ShapeError } from "../errors.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor } from "../tensor.ts";

/** Refuses indices outside 0 … size−1 where the host knows them. */
export function checkIndices(op: string, indices: AnyTensor, size: number): void {
  const source = indices.node.source;
  if (source?.kind !== "host") return;
  const wrong = source.data.findIndex((index) => !(index >= 0 && index < size));
  if (wrong >= 0) {
    throw new ShapeError(
      `${op}: index ${source.data[wrong]} is outside 0 … ${size - 1}`,
      [`at position ${wrong} of the indices; negative ones do not count from the end here`],
      captureSite(),
    );
  }
}
