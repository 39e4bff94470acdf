import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

/**
 * Checks the path of a file in an archive: it must stay below the folder that the archive is unpacked in, on every system.
 *
 * @returns the path without `./` and doubled slashes.
 * @throws DataError for an absolute path, one with `..`, a backslash, a drive's letter or a control character, and an empty one.
 */
export function checkedArchivePath(path: string, source: string): string {
  const parts = path.split("/").filter((part, i) => part !== "." && (part !== "" || i === 0));
  const climbs = parts[0] === "" || parts.includes("..") || /[\\\p{Cc}]/u.test(path) || /^[a-z]:/i.test(path);
  if (parts.length === 0 || climbs) {
    throw new DataError(`${source}: holds a file that would lie outside of its folder, "${printable(path)}"`);
  }
  return parts.join("/");
}
