import { leadingDirections } from "../../leading-directions.ts";

/**
 * Principal components of some rows: their coordinates along the directions in which they vary most.
 *
 * @param centred - `(rows, width)`, row-major, of mean 0. @param count - at most `width`.
 * @returns `(rows, min(count, width))`, row-major.
 */
export function principalComponents(centred: Float64Array, width: number, count: number): Float64Array {
  const { directions } = leadingDirections(centred, width, count);
  const components = new Float64Array((centred.length / width) * directions.length);
  for (let at = 0; at < components.length; at++) {
    const [row, direction] = [Math.floor(at / directions.length), directions[at % directions.length]!];
    for (let j = 0; j < width; j++) components[at]! += centred[row * width + j]! * direction[j]!;
  }
  return components;
}
