import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Folder } from "./folder.ts";

/**
 * The folder in which a format's own files lie: the given one, or the only one below it that has some, as an unpacked archive has.
 *
 * @param names - what `folder.list()` gave.
 * @param isOwn - whether a file, by its name without a path, is of the format.
 * @returns the folder, with the files in it and below it.
 * @throws DataError if two folders have such files.
 */
export function subFolder(
  folder: Folder,
  names: readonly string[],
  isOwn: (name: string) => boolean,
): { folder: Folder; names: readonly string[] } {
  const places = new Set(
    names
      .filter((name) => isOwn(name.slice(name.lastIndexOf("/") + 1)))
      .map((name) => name.slice(0, name.lastIndexOf("/") + 1)),
  );
  if (places.has("") || places.size === 0) return { folder, names };
  const [place, other] = [...places] as [string, string | undefined];
  if (other !== undefined) {
    throw new DataError(
      `${folder.path}: the folders ${printable(place)} and ${printable(other)} both hold a set; name one of them`,
    );
  }
  const inner: Folder = {
    path: `${folder.path}/${place.slice(0, -1)}`,
    list: async () => namesIn(await folder.list(), place),
    size: (name) => folder.size(place + name),
    read: (name, part) => folder.read(place + name, part),
  };
  return { folder: inner, names: namesIn(names, place) };
}

function namesIn(names: readonly string[], place: string): readonly string[] {
  return names.filter((name) => name.startsWith(place)).map((name) => name.slice(place.length));
}
