import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DownloadOptions } from "../../src/node/download.ts";
import { downloadFile } from "../../src/node/download.ts";
import { parseAddress } from "../../src/node/http.ts";
import { ConfigError, DataError } from "../../src/tensor/errors.ts";
import type { Answer, FileServer } from "../support/file-server.ts";
import { brokenAt, fileServer, silentAt, status, whole, withoutRange } from "../support/file-server.ts";

const content = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 255);
const hash = createHash("sha256").update(content).digest("hex");

let folder: string;
let path: string;
let server: FileServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
  path = join(folder, "a.bin");
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly error: unknown;
  readonly notes: readonly string[];
  /** The first bytes that were asked for. */
  readonly asked: readonly number[];
}

/** Downloads `a.bin` from a server that gives these answers, one after the other. */
async function download(answers: readonly Answer[], options: Partial<DownloadOptions> = {}): Promise<Outcome> {
  server = await fileServer({ "a.bin": answers, "moved/b.bin": [whole(content)] });
  const notes: string[] = [];
  const error: unknown = await downloadFile(new URL("a.bin", server.url), path, {
    checksum: { algorithm: "sha256", hex: hash },
    bytes: content.length,
    signal: new AbortController().signal,
    onNote: (note) => notes.push(note),
    ...{ stall: 2000, tries: 3, pause: 1 },
    ...options,
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const asked = server.requests.filter((line) => line.includes("/a.bin")).map((line) => Number(line.split(" ")[2]));
  return { error, notes, asked };
}

function expectThere({ error }: Outcome): void {
  expect(error).toBeUndefined();
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(readdirSync(folder)).toEqual(["a.bin"]);
}

function expectRefused({ error }: Outcome, message: RegExp): void {
  expect(error).toBeInstanceOf(DataError);
  expect((error as Error).message).toMatch(message);
  expect(existsSync(path)).toBe(false);
}

test("a file comes whole, with its progress, in capitals or small letters of its checksum", async () => {
  const seen: [number, number | undefined][] = [];
  const checksum = { algorithm: "sha256", hex: hash.toUpperCase() } as const;
  const outcome = await download([whole(content)], { checksum, onProgress: (...step) => seen.push(step) });
  expectThere(outcome);
  expect(outcome.asked).toEqual([0]);
  expect(seen[0]).toEqual([0, content.length]);
  expect(seen.at(-1)).toEqual([content.length, content.length]);
  expect(seen.map(([done]) => done)).toEqual([...seen.map(([done]) => done)].sort((a, b) => a - b));
});

test("MD5 is checked where that is what was published, and a file whose length nobody says is taken", async () => {
  const checksum = { algorithm: "md5", hex: createHash("md5").update(content).digest("hex") } as const;
  const chunked: Answer = (response) => response.writeHead(200).end(content);
  expectThere(await download([chunked], { checksum, bytes: undefined }));
});

test("a file that is there already is not asked for; one that was damaged since is", async () => {
  writeFileSync(path, content);
  const first = await download([whole(content)]);
  expectThere(first);
  expect(first.asked).toEqual([]);
  await server.close();
  writeFileSync(path, content.slice().fill(0, 5, 6));
  expectThere(await download([whole(content)]));
});

test("a broken connection is taken up again where it broke off", async () => {
  const outcome = await download([brokenAt(content, 50_000), brokenAt(content, 120_000), whole(content)]);
  expectThere(outcome);
  expect(outcome.asked).toEqual([0, 50_000, 120_000]);
  expect(outcome.notes).toEqual([
    "the connection broke off; tries again",
    "goes on from 0.1 MB",
    "the connection broke off; tries again",
    "goes on from 0.1 MB",
  ]);
});

test("a connection on which nothing comes is given up and taken up again", async () => {
  const outcome = await download([silentAt(content, 70_000), whole(content)], { stall: 150 });
  expectThere(outcome);
  expect(outcome.asked).toEqual([0, 70_000]);
  expect(outcome.notes[0]).toBe("nothing came for 0.15 seconds; tries again");
  await server.close();
  rmSync(path);
  const mute: Answer = () => {};
  expectRefused(await download([mute], { stall: 100, tries: 2 }), /a\.bin: nothing came for 0\.1 seconds; 2 tries/);
});

test("a server that does not know ranges starts again", async () => {
  const outcome = await download([brokenAt(content, 50_000), withoutRange(content)]);
  expectThere(outcome);
  expect(outcome.asked).toEqual([0, 50_000]);
  expect(outcome.notes.at(-1)).toBe("the server does not go on with a part; starts again");
});

test("an interrupted download goes on in a later call", async () => {
  const abort = new AbortController();
  const stopped = await download([silentAt(content, 90_000, () => abort.abort())], { signal: abort.signal });
  expect(stopped.error).toBe(abort.signal.reason);
  expect(readdirSync(folder)).toEqual(["a.bin.part"]);
  expect(readFileSync(`${path}.part`).equals(content.subarray(0, 90_000))).toBe(true);
  await server.close();
  const later = await download([whole(content)]);
  expectThere(later);
  expect(later.asked).toEqual([90_000]);
});

test("what an earlier run left of another file is thrown away, once", async () => {
  writeFileSync(`${path}.part`, new Uint8Array(1000).fill(1));
  const outcome = await download([whole(content)]);
  expectThere(outcome);
  expect(outcome.asked).toEqual([1000, 0]);
  expect(outcome.notes).toContain("what an earlier run left does not fit; starts again");
});

test.each([
  ["as long as the file", content.length, [0]],
  ["longer than the file", content.length + 1, [0]],
])("a wrong part that is %s is not gone on from", async (_, length, asked) => {
  writeFileSync(`${path}.part`, new Uint8Array(length));
  const outcome = await download([whole(content)]);
  expectThere(outcome);
  expect(outcome.asked).toEqual(asked);
});

test("a part that is the whole file is taken, also where its length was not known", async () => {
  writeFileSync(`${path}.part`, content);
  const outcome = await download([whole(content)], { bytes: undefined });
  expectThere(outcome);
  expect(outcome.asked).toEqual([content.length]);
});

test("a server whose answer begins elsewhere is asked from the start", async () => {
  writeFileSync(`${path}.part`, content.subarray(0, 1000));
  const elsewhere: Answer = (response) => {
    const range = `bytes 2000-${content.length - 1}/${content.length}`;
    response.writeHead(206, { "content-range": range }).end(content.subarray(2000));
  };
  const outcome = await download([elsewhere, whole(content)]);
  expectThere(outcome);
  expect(outcome.asked).toEqual([1000, 0]);
});

test("a wrong file is refused with both checksums, and does not stay", async () => {
  const wrong = content.slice().reverse();
  const outcome = await download([whole(wrong)]);
  const found = createHash("sha256").update(wrong).digest("hex");
  expectRefused(outcome, new RegExp(`a\\.bin: is another file than expected, .* SHA256 is ${found}, not ${hash}`));
  expect(readdirSync(folder)).toEqual([]);
  expect(outcome.asked).toEqual([0]);
});

test("a file of another length is refused before it comes", async () => {
  const outcome = await download([whole(content.subarray(0, 1000))]);
  expectRefused(outcome, /a\.bin: has 1000 bytes, 200000 are expected; it is another file/);
  expect(outcome.asked).toEqual([0]);
  await server.close();
  const endless: Answer = (response) => {
    response.writeHead(200);
    const more = (): void => void (response.destroyed || response.write(content, more));
    more();
  };
  expectRefused(await download([endless]), /more than 200000 bytes come; it is another file/);
});

test("a file that always ends early is given up after some tries, and what has come is kept", async () => {
  const outcome = await download([brokenAt(content, 60_000)]);
  expectRefused(
    outcome,
    /a\.bin: the connection broke off; 3 tries\n {2}the same command goes on with what has come so far/,
  );
  expect(outcome.asked).toEqual([0, 60_000, 60_000]);
  expect(readFileSync(`${path}.part`).length).toBe(60_000);
  await server.close();
  const short: Answer = (response) => response.writeHead(200).end(content.subarray(0, 500)); // ends without an error
  rmSync(`${path}.part`);
  expectRefused(await download([short]), /ended after 500 of 200000 bytes; 3 tries/);
});

test.each([404, 403, 410, 401])("%i is said at once", async (code) => {
  const outcome = await download([status(code)]);
  expectRefused(outcome, new RegExp(`a\\.bin: the server says ${code} .*\\n {2}--url names another address`));
  expect(outcome.asked.length).toBe(1);
});

test.each([500, 503, 429])("%i is tried again", async (code) => {
  const outcome = await download([status(code), status(code), whole(content)]);
  expectThere(outcome);
  expect(outcome.notes[0]).toMatch(new RegExp(`the server says ${code} .*; tries again`));
});

test("redirections are followed, also of a part; a circle and another protocol are refused", async () => {
  writeFileSync(`${path}.part`, content.subarray(0, 1000));
  const outcome = await download([status(302, { location: "/moved/b.bin" })]);
  expectThere(outcome);
  expect(server.requests).toEqual(["GET /a.bin 1000", "GET /moved/b.bin 1000"]);
  await server.close();
  rmSync(path);
  expectRefused(await download([status(301, { location: "a.bin" })]), /a\.bin: is redirected more than 10 times/);
  await server.close();
  const { error } = await download([status(301, { location: "file:///etc/passwd" })]);
  expect(error).toBeInstanceOf(ConfigError);
  await server.close();
  expectRefused(
    await download([status(302)]),
    /is redirected to "", which is not an address|is redirected more than 10 times/,
  );
});

test("nobody who answers, and a folder that cannot be written", async () => {
  server = await fileServer({});
  const url = new URL("a.bin", server.url);
  await server.close();
  const options = { checksum: { algorithm: "sha256", hex: hash }, signal: new AbortController().signal } as const;
  await expect(downloadFile(url, path, { ...options, tries: 2, pause: 1 })).rejects.toThrow(
    "a.bin: nothing answers there; 2 tries",
  );
  server = await fileServer({ "a.bin": [whole(content)] });
  await expect(downloadFile(new URL("a.bin", server.url), join(folder, "none", "a.bin"), options)).rejects.toThrow(
    "a.bin.part: cannot be written, no such file or folder",
  );
});

test("an address is an address of the web", async () => {
  server = await fileServer({});
  for (const text of ["", "a.bin", "ftp://host/a", "file:///etc/passwd", "http//x"]) {
    expect(() => parseAddress(text)).toThrow(/is not an address of the form https/);
  }
  expect(parseAddress("https://u:p@host/a").pathname).toBe("/a");
});
