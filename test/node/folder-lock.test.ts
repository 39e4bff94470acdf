import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder, lockName } from "../../src/node/folder-lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  path = join(folder, lockName);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The lock file that this process writes, with some fields changed. */
function writeLock(changes: object, age = 0): void {
  const lock = lockFolder(folder);
  const own = JSON.parse(readFileSync(path, "utf8")) as object;
  lock.release();
  writeFileSync(path, JSON.stringify({ ...own, ...changes }));
  const then = new Date(Date.now() - age);
  utimesSync(path, then, then);
}

test("a folder is locked once, until it is released", () => {
  const lock = lockFolder(folder);
  expect(lock.held()).toBe(true);
  expect(() => lockFolder(folder)).toThrow(`another run is at work here (process ${process.pid} on `);
  lock.release();
  expect([lock.held(), readdirSync(folder)]).toEqual([false, []]);
  lockFolder(folder).release();
});

const minute = 60_000;
test.each([
  ["a process that has ended", { pid: 2 ** 22 + 1 }, 0, true],
  ["a later process of the same number", { start: "1" }, 0, true],
  ["a machine that touched it just now", { machine: "elsewhere" }, 0, false],
  ["a machine that was silent for nine minutes", { machine: "elsewhere" }, 9 * minute, false],
  ["a machine that was silent for eleven minutes", { machine: "elsewhere" }, 11 * minute, true],
  ["a file that is not yet written", { pid: "?" }, 0, false],
  ["a damaged file", { pid: "?" }, minute, true],
] as const)("the lock of %s", (_, changes, age, taken) => {
  writeLock(changes, age);
  if (!taken) {
    expect(() => lockFolder(folder)).toThrow("another run is at work here");
    return;
  }
  const lock = lockFolder(folder);
  expect(lock.held()).toBe(true);
  lock.release();
});

test("a lock that somebody else took over is not removed", () => {
  const lock = lockFolder(folder);
  writeFileSync(path, "another's");
  lock.release();
  expect(readFileSync(path, "utf8")).toBe("another's");
});
