import { randomOrder } from "../random-order.ts";

/** Two key words of the folds: the same for every run, since nothing is known that they could favour. */
const key = [0x666f6c64, 0] as const;

/**
 * Deals images into two halves at random, the same ones every time.
 *
 * @returns per half, its indices, ascending.
 */
export function twoFolds(count: number): readonly [Int32Array, Int32Array] {
  const order = randomOrder(key, count);
  const middle = Math.floor(count / 2);
  return [order.slice(0, middle).sort(), order.slice(middle).sort()];
}

/**
 * Joins what two networks say of all images: of each image, what the network says that did not train on it.
 *
 * @param rows - per fold, `(count, width)` row-major: of the network that trained on the *other* fold.
 */
export function outOfFold(
  folds: readonly Int32Array[],
  rows: readonly ArrayLike<number>[],
  count: number,
): Float64Array {
  const width = rows[0]!.length / count;
  const joined = new Float64Array(count * width);
  folds.forEach((fold, which) => {
    for (const i of fold) {
      for (let column = 0; column < width; column++) {
        joined[i * width + column] = rows[which]![i * width + column]!;
      }
    }
  });
  return joined;
}

/**
 * Which network judges images that it has not seen better.
 *
 * @param rows - per fold, probabilities `(count)` of the network that trained on the *other* fold. @param truth - 0 or 1 per image.
 * @returns its place: the smallest mean distance from the truth over its fold.
 */
export function bestOutOfFold(
  folds: readonly Int32Array[],
  rows: readonly ArrayLike<number>[],
  truth: ArrayLike<number>,
): number {
  const errors = folds.map(
    (fold, which) => fold.reduce((sum, i) => sum + Math.abs(rows[which]![i]! - truth[i]!), 0) / fold.length,
  );
  return errors.indexOf(Math.min(...errors));
}
