/** Indices of the marked images, ascending. @param marks - 1 for marked, else 0. */
export function indicesOf(marks: Uint8Array): Int32Array {
  return Int32Array.from(marks.keys()).filter((i) => marks[i] === 1);
}
