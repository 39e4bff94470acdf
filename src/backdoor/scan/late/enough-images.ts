/** Images per class from which on a shift can stand out, and those per other class that a target must have for a row. */
const [perClass, perOther] = [100, 10];

/**
 * Whether a set is large enough for a structure to show: else the content networks need not be trained. Two classes have none.
 *
 *  - shift: a tenth of 100 images per class are ten contradictions, of which half are sure.
 *  - row: five sure contradictions per other class, so ten with the unsure ones, of one label.
 */
export function enoughImages(labels: ArrayLike<number>, classes: number): boolean {
  if (classes < 3) return false;
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1;
  return labels.length >= perClass * classes || Math.max(...counts) >= perOther * (classes - 1);
}
