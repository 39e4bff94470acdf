import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attacks } from "../../src/backdoor/attacks/index.ts";
import { command } from "./capture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deconfound-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = "show --dataset builtin --size 16 --images 4 --target 1";

test.each(attacks.filter(({ prepare }) => prepare === undefined).map(({ name }) => name))(
  "show writes a picture of %s",
  async (name) => {
    const file = join(folder, "sheet.png");
    const { code, out } = await command(`${line} --attack ${name} --out ${file}`);
    expect([code, out]).toEqual([0, expect.stringContaining(`${name} on 4 test images. Rows: clean, triggered`)]);
    const header = new DataView(new Uint8Array(readFileSync(file)).buffer);
    expect([header.getUint32(16), header.getUint32(20)]).toEqual([4 * (96 + 8) + 8, 3 * (96 + 8) + 8]);
  },
);

test("show puts several attacks below each other", async () => {
  const file = join(folder, "sheet.png");
  const { code, out } = await command(`${line} --attack badnets,blend --out ${file}`);
  expect([code, out]).toEqual([0, expect.stringContaining("badnets, then blend on 4 test images")]);
  expect(new DataView(new Uint8Array(readFileSync(file)).buffer).getUint32(20)).toBe(6 * (96 + 8) + 8);
});

test("show reads a picture of yours", async () => {
  const picture = join(folder, "red.ppm");
  writeFileSync(picture, Uint8Array.from([...new TextEncoder().encode("P6 1 1 255\n"), 255, 0, 0]));
  const file = join(folder, "sheet.png");
  expect((await command(`${line} --attack blend --trigger-image ${picture} --out ${file}`)).code).toBe(0);
  const missing = await command(`${line} --attack blend --trigger-image ${folder}/none.png --out ${file}`);
  expect([missing.code, missing.err]).toEqual([2, expect.stringContaining("none.png")]);
});

test("show says what is missing", async () => {
  expect((await command(`${line} --attack blend`)).err).toContain("--out is missing");
  expect((await command(`${line} --attack dynamic --out ${folder}/a.png`)).err).toContain(
    "--attack dynamic: there is no",
  );
  expect((await command(`show --dataset builtin --out ${folder}/a.png`)).err).toContain("--attack is missing");
});
