import { closeSync, openSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ConfigError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import * as json from "../tensor/json-schema.ts";
import { printable } from "../tensor/printable.ts";
import { isRunning, startOf } from "./is-running.ts";

/** A folder that only this process writes to. */
export interface FolderLock {
  /** Whether the lock file is still there and still this process's. */
  held(): boolean;
  release(): void;
}

/** The file that marks a folder as locked. */
export const lockName: string = "run.lock";

const owner = json.object({
  pid: json.integer({ min: 1 }),
  /** Machine, and its list of processes: containers of one machine have lists of their own. */
  machine: json.string,
  start: json.nullable(json.string),
});
type Owner = json.Checked<typeof owner>;

const heartbeat = 30_000; // ms
const silence = 20 * heartbeat; // after which a process that cannot be asked is taken for dead

/**
 * Locks a folder by a file in it that names this process. The lock of a process that has ended is taken over: it is asked for
 * by its number on this machine; one of another machine must have touched the file within ten minutes.
 *
 * @throws ConfigError if another process holds it; the system's error if the file cannot be written.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { lockFolder } from "deconfound/node";
 *
 * const folder = mkdtempSync(`${tmpdir()}/example-`);
 * const lock = lockFolder(folder);
 * console.log(lock.held()); // true
 * lock.release();
 * rmSync(folder, { recursive: true });
 * ```
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, lockName);
  const text = JSON.stringify(self());
  for (let attempt = 0; !create(path, text); attempt++) {
    const found = read(path);
    if (found === undefined) continue; // it has gone meanwhile
    if (attempt > 2 || isHeld(found)) {
      const who = found.owner === undefined ? "" : ` (process ${found.owner.pid} on ${printable(found.owner.machine)})`;
      throw new ConfigError(`${folder}: another run is at work here${who}`, [
        `wait for its end; if there is none, remove ${path}`,
      ]);
    }
    rmSync(path, { force: true });
  }
  const held = (): boolean => read(path)?.text === text;
  const beat = setInterval(() => touch(path), heartbeat);
  beat.unref();
  return {
    held,
    release() {
      clearInterval(beat);
      if (held()) rmSync(path, { force: true });
    },
  };
}

function self(): Owner {
  return { pid: process.pid, machine: machine(), start: startOf(process.pid) };
}

function machine(): string {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname(); // not Linux
  }
}

/** @returns false if there is one already. */
function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, "wx");
    try {
      writeSync(file, text);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

interface Found {
  readonly text: string;
  /** Absent in a file that is damaged, or not yet written to its end. */
  readonly owner: Owner | undefined;
  /** When it was touched last, ms. */
  readonly touched: number;
}

function read(path: string): Found | undefined {
  try {
    const touched = statSync(path).mtimeMs;
    const text = readFileSync(path, "utf8");
    return { text, owner: parse(text, path), touched };
  } catch {
    return undefined;
  }
}

function parse(text: string, path: string): Owner | undefined {
  try {
    return json.check(owner, parseJson(text, path), path);
  } catch {
    return undefined;
  }
}

function isHeld({ owner: other, touched }: Found): boolean {
  const age = Date.now() - touched;
  if (other === undefined) return age < heartbeat;
  if (other.machine !== machine()) return age < silence;
  return isRunning(other.pid) && (other.start === null || other.start === startOf(other.pid));
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // it has gone: whoever writes next sees that
  }
}
