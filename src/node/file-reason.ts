import { printable } from "../tensor/printable.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the disk",
  EDQUOT: "your quota of the disk is used up",
  EFBIG: "the file would be larger than allowed",
  EIO: "the disk failed",
  EPIPE: "its reader has gone",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  ENOTEMPTY: "the folder is not empty",
  EEXIST: "a file of that name is in the way",
  ELOOP: "its links go round in a circle",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  ETXTBSY: "it is in use",
  ENXIO: "there is no such device",
  ERR_INVALID_ARG_VALUE: "the name has a character that no file name can have",
};

/**
 * A file-system error in words, without the path that the caller names anyway.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { reasonOf } from "deconfound/node";
 *
 * try {
 *   readFileSync("/no/such/file");
 * } catch (error) {
 *   console.log(reasonOf(error)); // no such file or folder
 * }
 * ```
 */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  return reasons[code] ?? printable(error instanceof Error ? error.message : String(error), 200);
}
