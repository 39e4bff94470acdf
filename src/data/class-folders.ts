import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Folder } from "./folder.ts";
import { hasGtsrbTables } from "./gtsrb-files.ts";
import { isPictureName } from "./picture-kind.ts";

/** Pictures in class folders. */
export interface ClassFolders {
  readonly train: readonly { readonly path: string; readonly label: number }[];
  /** Null where there is no folder of test images. */
  readonly test: ClassFolders["train"] | null;
  /** As the folders are called. */
  readonly classNames: readonly string[];
  /** How many names of a path stand before that of its class. */
  readonly depth: number;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

const junk = /(?:^|\/)(?:Thumbs\.db|desktop\.ini|__MACOSX\/.*)$/i;
const trainNames = /^train(?:ing)?$/i;
/** In the order in which they are looked for. */
const testNames = [/^test(?:ing)?$/i, /^val(?:id|idation)?$/i];

/** Whether a folder holds pictures in class folders, and no table that says better what they are. */
export async function hasClassFolders(names: readonly string[], folder: Folder): Promise<boolean> {
  const some = names.some((name) => isPictureName(name) && name.includes("/") && !junk.test(name));
  return some && !(await hasGtsrbTables(names, folder));
}

/**
 * Which pictures are of which part and class.
 *
 * @param names - of all files, sorted; an empty folder ends in `/`. One in the place of a class is a class without images, so that the
 * classes of a set keep their numbers when all images of one are left out.
 * @param modelClasses - classes by label, made printable, where a model has given them numbers already.
 * @throws DataError if there are no class folders, only one class, or a class that the model does not know.
 */
export function classFoldersOf(
  names: readonly string[],
  folder: string,
  modelClasses?: readonly string[],
): ClassFolders {
  const files = names.filter((name) => !junk.test(name)).map((name) => name.split("/"));
  const pictures = files.filter((parts) => isPictureName(parts.at(-1)!));
  const base = commonFolders(pictures);
  const tops = [...new Set(pictures.flatMap((parts) => (parts.length > base + 1 ? [parts[base]!] : [])))];
  const trainTop = tops.find((name) => trainNames.test(name));
  const testTops = testNames.flatMap((pattern) => tops.filter((name) => pattern.test(name)));
  const testTop = testTops[0];
  const isSplit = trainTop !== undefined || (testTop !== undefined && testTops.length === tops.length);
  const depth = base + (isSplit ? 1 : 0);
  const inClass = pictures.filter((parts) => parts.length > depth + 1);
  const of = (top: string | undefined): readonly (readonly string[])[] =>
    inClass.filter((parts) => parts[base] === top);
  const used = isSplit ? [...of(trainTop), ...of(testTop)] : inClass;
  if (used.length === 0) {
    throw new DataError(`${folder}: no image lies in the folder of a class`, [
      "expects CLASS/NAME.png, or train/CLASS/NAME.png",
    ]);
  }
  const empty = files.filter(
    (parts) =>
      parts.at(-1) === "" &&
      parts.length === depth + 2 &&
      (!isSplit || parts[base] === trainTop || parts[base] === testTop),
  );
  const found = [...new Set([...used, ...empty].map((parts) => parts[depth]!))].sort(byName);
  const classNames = modelClasses ?? found;
  const label = new Map(classNames.map((name, at) => [name, at]));
  const labelOf = (name: string): number | undefined => label.get(modelClasses === undefined ? name : printable(name));
  const strange = found.find((name) => labelOf(name) === undefined);
  if (strange !== undefined) {
    throw new DataError(`${folder}: the model knows no class ${printable(strange)}`, [
      `its classes: ${classNames.map((name) => printable(name)).join(", ")}`,
    ]);
  }
  if (modelClasses === undefined && new Set(used.map((parts) => parts[depth]!)).size < 2) {
    throw new DataError(
      `${folder}: all images are of one class, ${printable(used[0]![depth]!)}; a classifier needs two`,
    );
  }
  const labelled = (parts: readonly (readonly string[])[]): ClassFolders["train"] =>
    parts.map((path) => ({ path: path.join("/"), label: labelOf(path[depth]!)! }));
  return {
    train: labelled(isSplit ? of(trainTop) : inClass),
    test: isSplit && testTop !== undefined ? labelled(of(testTop)) : null,
    classNames,
    depth,
    notes: notesOf({ files, pictures, used, empty, found, depth }),
  };
}

/** How many folders all pictures share, besides that of a class: an unpacked archive often has one. */
function commonFolders(pictures: readonly (readonly string[])[]): number {
  const [first = []] = pictures;
  let shared = 0;
  while (
    shared < first.length - 2 &&
    pictures.every((parts) => parts.length > shared + 2 && parts[shared] === first[shared])
  ) {
    if (trainNames.test(first[shared]!) || testNames.some((pattern) => pattern.test(first[shared]!))) break;
    shared++;
  }
  return shared;
}

/** Names that are whole numbers as numbers, and before the others. */
function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => (/^\d+$/.test(name) ? Number(name) : Number.POSITIVE_INFINITY)) as [
    number,
    number,
  ];
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : 1;
}

const shown = 3; // names in a note

function notesOf(seen: {
  readonly files: readonly (readonly string[])[];
  readonly pictures: readonly (readonly string[])[];
  readonly used: readonly (readonly string[])[];
  readonly empty: readonly (readonly string[])[];
  readonly found: readonly string[];
  readonly depth: number;
}): string[] {
  const notes: string[] = [];
  const say = (paths: readonly string[], one: string, many: string): void => {
    if (paths.length === 0) return;
    const names = paths.slice(0, shown).map((name) => printable(name));
    notes.push(
      `${paths.length} ${paths.length === 1 ? one : many} left out: ${names.join(", ")}${paths.length > shown ? ", …" : ""}`,
    );
  };
  const isPicture = new Set(seen.pictures);
  const isUsed = new Set([...seen.used, ...seen.empty]);
  const others = seen.files.filter((parts) => !isPicture.has(parts));
  const isEmpty = (parts: readonly string[]): boolean => parts.at(-1) === "";
  say(
    others.filter((parts) => isEmpty(parts) && !isUsed.has(parts)).map((parts) => parts.join("/")),
    "empty folder is",
    "empty folders are",
  );
  say(
    others.filter((parts) => !isEmpty(parts) && parts.length > seen.depth + 1).map((parts) => parts.join("/")),
    "file that is not a JPEG, PNG, WebP, PPM or PGM is",
    "files that are not JPEG, PNG, WebP, PPM or PGM are",
  );
  say(
    seen.pictures.filter((parts) => !isUsed.has(parts)).map((parts) => parts.join("/")),
    "image that is of no class of the training or test part is",
    "images that are of no class of the training or test part are",
  );
  const filled = new Set(seen.used.map((parts) => parts[seen.depth]!));
  for (const name of seen.found) if (!filled.has(name)) notes.push(`the class ${printable(name)} has no images`);
  const lower = new Map<string, string>();
  for (const name of seen.found) {
    const other = lower.get(name.toLowerCase());
    if (other !== undefined) {
      notes.push(
        `the classes ${printable(other)} and ${printable(name)} differ in upper and lower case only; they count as two`,
      );
    }
    lower.set(name.toLowerCase(), name);
  }
  return notes;
}
