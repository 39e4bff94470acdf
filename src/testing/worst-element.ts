/**
 * An element whose partial derivative is wrong, found by halving: a derivative along half of a direction tells which half holds
 * more of the error. ⌈log₂ n⌉ derivatives, not n. Asks for the signed error of the derivative along the direction, kept on elements
 * from … to − 1 and zero elsewhere.
 *
 * @param count - elements of all inputs together.
 */
export function* searchWorst(count: number): Generator<readonly [from: number, to: number], number, number> {
  let [from, to] = [0, count];
  let total = yield [from, to];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    const left = yield [from, middle];
    if (Math.abs(left) >= Math.abs(total - left)) [to, total] = [middle, left];
    else [from, total] = [middle, total - left];
  }
  return from;
}

/** {@link searchWorst} where the errors are known at once. */
export function worstElement(error: (from: number, to: number) => number, count: number): number {
  const search = searchWorst(count);
  let step = search.next();
  while (step.done !== true) step = search.next(error(...step.value));
  return step.value;
}
