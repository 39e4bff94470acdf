import { randomStream } from "./random-stream.ts";

/** One image in so many is a test image where a set has no test part. */
const every = 6;

/** Images by their indices, ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divides a set without a test part: the images are put in a drawn order within each class, and every sixth one is a test image, so
 * that each class gives its share. The draw is the same for every seed of a run: all commands then see the same test images.
 *
 * @param labels - one per image.
 * @param groups - images with one name stay together, such as shots of the same object. @defaultValue each image is alone
 * @returns no test image of a class that has one group only.
 */
export function splitOff(labels: ArrayLike<number>, groups?: readonly string[]): Split {
  const names = groups ?? Array.from(labels, (_, i) => String(i));
  const members = new Map<string, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const key = `${labels[i]} ${names[i]}`;
    members.set(key, [...(members.get(key) ?? []), i]);
  }
  const drawn = [...members.values()].map((images, at) => ({
    images,
    label: labels[images[0]!]!,
    at,
    order: randomStream([0, 0], at).bits(),
  }));
  const perClass = new Map<number, number>();
  for (const { label } of drawn) perClass.set(label, (perClass.get(label) ?? 0) + 1);
  const divisible = drawn
    .filter(({ label }) => perClass.get(label)! > 1)
    .sort((a, b) => a.label - b.label || a.order - b.order || a.at - b.at);
  const test = divisible.filter((_, at) => at % every === 0).flatMap(({ images }) => images);
  const isTest = new Set(test);
  return {
    train: Int32Array.from(Array.from({ length: labels.length }, (_, i) => i).filter((i) => !isTest.has(i))),
    test: Int32Array.from(test).sort(),
  };
}

/** What a user is told of a split. @param unit - what stays together: `image`, `track`. */
export function splitNote(tested: number, all: number, unit = "image"): string {
  return `no test part: every sixth ${unit} of a seeded order is the test set, ${grouped(tested)} of ${grouped(all)}`;
}

const grouped = (count: number): string => count.toLocaleString("en-US");

/**
 * Some of the images, evenly from all classes: the first of each class, then the second of each, until there are enough.
 *
 * @returns their indices, ascending.
 */
export function takeEvenly(labels: ArrayLike<number>, limit: number | null): Int32Array {
  const seen = new Map<number, number>();
  const places = Array.from(labels, (label, index) => {
    const place = seen.get(label) ?? 0;
    seen.set(label, place + 1);
    return { index, place };
  });
  const first = places.sort((a, b) => a.place - b.place || a.index - b.index).slice(0, limit ?? places.length);
  return Int32Array.from(first, ({ index }) => index).sort();
}
