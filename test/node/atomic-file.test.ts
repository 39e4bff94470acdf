import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { threadId } from "node:worker_threads";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryName, writeAtomically } from "../../src/node/atomic-file.ts";
import { makeWritableFolder } from "../../src/node/make-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

test("an atomic write replaces the file and leaves nothing else", () => {
  writeAtomically(at("state"), "one");
  writeAtomically(at("state"), Uint8Array.of(50));
  expect(readFileSync(at("state"), "utf8")).toBe("2");
  expect(readdirSync(folder)).toEqual(["state"]);
});

test("a failed write keeps the old file and says why", () => {
  mkdirSync(at("taken"));
  expect(() => writeAtomically(at("taken"), "x")).toThrow(/taken: cannot be written, it is a folder/);
  expect(() => writeAtomically(join(folder, "none", "x"), "x")).toThrow(/cannot be written, no such file or folder/);
  expect(readdirSync(folder)).toEqual(["taken"]);
  if (process.getuid?.() === 0) return;
  writeAtomically(at("state"), "old");
  chmodSync(folder, 0o500);
  expect(() => writeAtomically(at("state"), "new")).toThrow(/state: cannot be written, permission denied/);
  chmodSync(folder, 0o700);
  expect(readFileSync(at("state"), "utf8")).toBe("old");
});

test("a full disk is one line, and the old file stays", () => {
  // the limit on file sizes fails a write in its middle, as a full disk does
  const script = `
    import { writeAtomically } from ${JSON.stringify(join(import.meta.dirname, "../../src/node/atomic-file.ts"))};
    process.on("SIGXFSZ", () => {});
    try { writeAtomically(${JSON.stringify(at("state"))}, new Uint8Array(2 ** 20)); } catch (error) { console.log(error.message); }`;
  writeFileSync(at("state"), "old");
  const { stdout, stderr } = spawnSync(
    "bash",
    ["-c", `ulimit -f 16; exec "$0" --input-type=module -`, process.execPath],
    {
      input: buildSync({
        stdin: { contents: script, resolveDir: folder },
        ...{ bundle: true, platform: "node", format: "esm", write: false, tsconfigRaw: {} },
      }).outputFiles[0]!.contents,
      encoding: "utf8",
    },
  );
  expect(stdout, stderr).toBe(`${at("state")}: cannot be written, the file would be larger than allowed\n`);
  expect(readFileSync(at("state"), "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["state"]);
});

test("a link stays a link, a pipe or a device is not replaced", () => {
  mkdirSync(at("elsewhere"));
  writeFileSync(at("elsewhere/file"), "old");
  symlinkSync(at("elsewhere/file"), at("link"));
  writeAtomically(at("link"), "new");
  expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(at("elsewhere/file"), "utf8")).toBe("new");
  spawnSync("mkfifo", [at("pipe")]);
  symlinkSync("/dev/null", at("null"));
  for (const name of ["pipe", "null"]) {
    expect(() => writeAtomically(at(name), "x")).toThrow("cannot be written, it is a pipe or a device, not a file");
  }
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("what killed writers left is removed, what others write and what is not ours stays", () => {
  const dead = spawnSync("true").pid;
  writeFileSync(at(`model.deconfound-${dead}-0.tmp`), "part");
  writeFileSync(at(`state.deconfound-${dead}-3.tmp`), "part");
  writeFileSync(temporaryName(at("other")), "of a process of our number before us");
  const kept = [
    `state.deconfound-1-0.tmp`, // process 1 runs always
    `state.deconfound-${process.pid}-${threadId + 1}.tmp`, // another thread of this process
    "notes.2023.tmp",
    "thesis.tmp",
  ];
  for (const name of kept) writeFileSync(at(name), "");
  writeAtomically(at("state"), "x");
  expect(readdirSync(folder).sort()).toEqual([...kept, "state"].sort());
});

test("a folder that cannot be written is refused in one line", async () => {
  writeFileSync(at("file"), "");
  await expect(makeWritableFolder(join(folder, "file", "run"))).rejects.toThrow(
    `${join(folder, "file", "run")}: cannot be written, a part of the path is a file, not a folder`,
  );
  await expect(makeWritableFolder(at("file"))).rejects.toThrow("a file of that name is in the way");
  await makeWritableFolder(join(folder, "a", "b"));
  await makeWritableFolder(join(folder, "a", "b"));
  expect(readdirSync(join(folder, "a", "b"))).toEqual([]);
  symlinkSync(at("nowhere"), at("dangling"));
  await expect(makeWritableFolder(join(folder, "dangling", "x"))).rejects.toThrow("no such file or folder");
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    await expect(makeWritableFolder(at("c"))).rejects.toThrow("permission denied");
    chmodSync(folder, 0o700);
  }
});

test.runIf(process.platform === "linux")("a folder that refuses children ends the attempt", async () => {
  // mkdir says ENOENT under /proc though the parent is there, on which Node's recursive mkdir tries for ever
  await expect(makeWritableFolder("/proc/nope/x")).rejects.toThrow(
    "/proc/nope/x: cannot be written, no such file or folder",
  );
  await expect(makeWritableFolder("/dev/null/x")).rejects.toThrow("a part of the path is a file, not a folder");
});
