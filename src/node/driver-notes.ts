import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getActiveResourcesInfo, pid, platform } from "node:process";
import { isMainThread } from "node:worker_threads";

const stderr = 2;
const harmless = /^Warning: \w+ artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.$/;
const notes: string[] = [];

/**
 * The harmless lines that {@link withoutDriverNotes} kept off standard error.
 *
 * @example
 * ```ts
 * import { driverNotes, openDevice } from "deconfound/node";
 *
 * await openDevice({ device: "cpu" }); // loads no driver
 * console.log(driverNotes().length); // 0
 * ```
 */
export const driverNotes = (): readonly string[] => notes;

/**
 * Calls `look`, and keeps harmless lines off a terminal or pipe that native code writes to standard error meanwhile. Whatever else
 * it wrote comes out afterwards.
 *
 * Nothing in Dawn switches these lines off, and Node cannot duplicate a descriptor. So standard error is opened a second time by its
 * name, closed, and a file opened, which takes the lowest free number: 2. Where that would not be exact, the lines are left alone:
 * a socket has no name, a plain file would get a second position, another thread that opens a file could take the number.
 */
export function withoutDriverNotes<T>(look: () => T): T {
  const path = join(tmpdir(), `deconfound-${pid}-${performance.now()}`);
  const original = platform === "linux" && isMainThread && isQuiet() && isMade(path) ? reopen(stderr) : undefined;
  if (original === undefined) {
    rmSync(path, { force: true });
    return look();
  }
  closeSync(stderr);
  openSync(path, "r+");
  try {
    return look();
  } finally {
    const lines = readFileSync(path, "utf8").split(/(?<=\n)/);
    rmSync(path, { force: true });
    const back = reopen(original); // undefined: who read the pipe has gone
    closeSync(stderr);
    openSync(back === undefined ? "/dev/null" : `/proc/self/fd/${back}`, constants.O_WRONLY);
    closeSync(original);
    if (back !== undefined) closeSync(back);
    const isHarmless = (line: string): boolean => harmless.test(line.trimEnd());
    notes.push(...lines.filter(isHarmless).map((line) => line.trimEnd().replace("Warning: ", "")));
    const others = lines.filter((line) => !isHarmless(line)).join("");
    if (others !== "") writeSync(stderr, others);
  }
}

/** An empty file that nobody else can read. */
function isMade(path: string): boolean {
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/** No file is being opened by another thread, and nothing waits to be written. */
function isQuiet(): boolean {
  return !getActiveResourcesInfo().some((name) => /^(FSReq|Worker|WriteWrap|DirHandle)/.test(name));
}

/** A terminal or pipe once more under another number; undefined for other files, and for a pipe that nobody reads. */
function reopen(descriptor: number): number | undefined {
  try {
    const kind = fstatSync(descriptor);
    if (!kind.isCharacterDevice() && !kind.isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}
