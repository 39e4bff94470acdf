import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { formatType, isTensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";

/**
 * @param wanted - a tree of tensors, such as the program of an initial state.
 * @param part - what the saved tree is of, such as `phase clean`.
 * @throws DataError if a saved tree has other tensors: it is of another model, or damaged.
 */
export function checkSaved(wanted: unknown, found: unknown, part: string): void {
  const expected = new Map(leavesOf(wanted).map(({ path, value }) => [path, value]));
  const leaves = leavesOf(found);
  const wrong = leaves.find(({ path, value }) => describeLeaf(value) !== describeLeaf(expected.get(path)));
  if (wrong !== undefined) throw savedMisfit(part, `, at ${printable(wrong.path)}`);
  if (leaves.length !== expected.size) throw savedMisfit(part);
}

/** The error for a saved state that is not one of a part. */
export function savedMisfit(part: string, where = ""): DataError {
  return new DataError(`the saved state does not fit ${part}${where}: it is of another model, or damaged`);
}

function describeLeaf(value: unknown): string {
  return isTensor(value) ? formatType(value) : typeof value;
}
