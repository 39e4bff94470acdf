import {
  existsSync,
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
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WrittenFile } from "../../src/data/dataset-format.ts";
import { openFolder } from "../../src/node/folder.ts";
import { writeFolder } from "../../src/node/write-folder.ts";
import { ConfigError, DataError } from "../../src/tensor/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "folder-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("openFolder lists", () => {
  test("files below it in one order, without hidden ones, and empty folders", async () => {
    for (const path of ["b/2", "a-b", "a/x/y", ".git/objects", "empty"])
      mkdirSync(join(folder, path), { recursive: true });
    for (const name of [
      "b/2/1.png",
      "a-b/1.png",
      "a/x/y/10.png",
      "a/x/y/9.png",
      "a/z.png",
      ".hidden",
      ".git/objects/1",
      "top.csv",
    ]) {
      writeFileSync(join(folder, name), "");
    }
    const sorted = ["a/x/y/10.png", "a/x/y/9.png", "a/z.png", "a-b/1.png", "b/2/1.png", "empty/", "top.csv"];
    expect(await openFolder(folder).list()).toEqual(sorted);
  });

  test("links as what they lead to; one that leads nowhere as a file that cannot be read", async () => {
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a/1"), "");
    symlinkSync(join(folder, "a"), join(folder, "b"));
    symlinkSync(join(folder, "none"), join(folder, "c"));
    expect(await openFolder(folder).list()).toEqual(["a/1", "b/1", "c"]);
    await expect(openFolder(folder).read("c")).rejects.toThrow("cannot be read, no such file");
  });

  test("neither a circle of links nor a tree without end", async () => {
    mkdirSync(join(folder, "a"));
    symlinkSync(folder, join(folder, "a/up"));
    await expect(openFolder(folder).list()).rejects.toThrow("its links go round in a circle");
    rmSync(join(folder, "a/up"));
    mkdirSync(join(folder, "1/2/3/4/5/6/7/8/9/10"), { recursive: true });
    await expect(openFolder(folder).list()).rejects.toThrow(/lies 8 folders deep; name the folder of the set itself/);
  });
});

describe("writeFolder", () => {
  async function* files(...list: readonly (WrittenFile | Error)[]): AsyncGenerator<WrittenFile> {
    for (const file of list) {
      if (file instanceof Error) throw file;
      yield file;
    }
  }
  const one = { name: "a/b/1.txt", content: "first" };

  test("writes files and empty folders, over an empty folder too", async () => {
    const path = join(folder, "x/set");
    mkdirSync(path, { recursive: true });
    await writeFolder(path, files(one, { name: "c/", content: "" }));
    expect([readFileSync(join(path, "a/b/1.txt"), "utf8"), readdirSync(path).sort()]).toEqual(["first", ["a", "c"]]);
    await expect(writeFolder(path, files(one))).rejects.toThrow(ConfigError);
    expect(readdirSync(join(folder, "x"))).toEqual(["set"]);
  });

  test("a failure leaves nothing", async () => {
    const path = join(folder, "set");
    await expect(writeFolder(path, files(one, new DataError("the source is damaged")))).rejects.toThrow(
      "the source is damaged",
    );
    await expect(writeFolder(path, files(one, one))).rejects.toThrow(/set: cannot be written/);
    await expect(writeFolder(path, files(one, { name: "a/b/1.txt/2", content: "" }))).rejects.toThrow(DataError);
    expect([existsSync(path), readdirSync(folder)]).toEqual([false, []]);
  });

  test.each(["../out", "a/../../out", "/out", "a//b", "a/\0", "."])(
    "the name %j does not leave the folder",
    async (name) => {
      await expect(writeFolder(join(folder, "set"), files({ name, content: "" }))).rejects.toThrow(
        "is not a name for a file",
      );
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});
