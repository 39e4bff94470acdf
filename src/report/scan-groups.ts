import type { Scan } from "../backdoor/scan/scan.ts";
import type { Dataset } from "../data/dataset.ts";
import { randomStream } from "../data/random-stream.ts";

/** A class with the images of it that a page shows: indices into the dataset. */
export interface ShownClass {
  /** Null: images of any class, where nobody is suspected. */
  readonly label: number | null;
  /** The most suspect first. */
  readonly top: readonly number[];
  /** Drawn at random from the class's other images. */
  readonly others: readonly number[];
}

const pictures = 96; // of both kinds together; at 37 kB at most each, a page stays under 5 MB
const [fewest, most] = [4, 16]; // of a kind and class

/** Which images a page shows: of each class with suspects the most suspect ones, and as many others of the class at random. */
export function shownClasses(
  { found, classes, suspects, score }: Pick<Scan, "found" | "classes" | "suspects" | "score">,
  dataset: Dataset,
  seed: number,
): ShownClass[] {
  const byScore = (a: number, b: number): number => score[b]! - score[a]! || a - b;
  const named = new Set(suspects);
  const all = Array.from({ length: dataset.count }, (_, i) => i);
  if (!found) {
    const top = all.toSorted(byScore).slice(0, most);
    const shown = new Set(top);
    return [
      {
        label: null,
        top,
        others: drawn(
          all.filter((i) => !shown.has(i)),
          most,
          seed,
        ),
      },
    ];
  }
  const listed = classes.slice(0, Math.floor(pictures / (2 * fewest)));
  const each = Math.min(most, Math.floor(pictures / (2 * listed.length)));
  return listed.map((label) => {
    const own = all.filter((i) => dataset.labels[i] === label);
    return {
      label,
      top: own
        .filter((i) => named.has(i))
        .sort(byScore)
        .slice(0, each),
      others: drawn(
        own.filter((i) => !named.has(i)),
        each,
        seed,
      ),
    };
  });
}

/** Some of the indices, in their order. */
function drawn(indices: readonly number[], count: number, seed: number): number[] {
  const random = randomStream([seed, 0], 0);
  const lots = indices.map((index) => ({ index, lot: random.bits() }));
  return lots
    .sort((a, b) => a.lot - b.lot)
    .slice(0, count)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

/** Images of which a figure draws one curve. */
export interface Group {
  readonly name: string;
  /** A colour of the page. */
  readonly colour: string;
  readonly indices: readonly number[];
}

/** Suspects, and the others of their classes, and the rest; those of them that hold an image. */
export function groupsOf({ suspects, classes }: Pick<Scan, "suspects" | "classes">, dataset: Dataset): Group[] {
  const [named, flagged] = [new Set(suspects), new Set(classes)];
  const groups: readonly (Group & { indices: number[] })[] = [
    { name: "suspects", colour: "var(--suspect)", indices: [] },
    { name: "others of their class", colour: "var(--other)", indices: [] },
    { name: suspects.length === 0 ? "all images" : "other classes", colour: "var(--rest)", indices: [] },
  ];
  for (let i = 0; i < dataset.count; i++) {
    groups[named.has(i) ? 0 : flagged.has(dataset.labels[i]!) ? 1 : 2]!.indices.push(i);
  }
  return groups.filter(({ indices }) => indices.length > 0);
}
