import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { checkedConfig } from "../../src/cli/check-config.ts";
import { parseOptions } from "../../src/cli/command.ts";
import { parseRunConfig } from "../../src/cli/run-config.ts";
import { trainCommand } from "../../src/cli/train.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { leavesOf } from "../../src/tensor/tree.ts";

async function config(line: string): Promise<unknown> {
  const parsed = parseOptions(trainCommand, line.split(" "));
  return JSON.parse(JSON.stringify(await parseRunConfig(parsed.values, parsed)));
}

/** A folder of clean images. */
const clean = mkdtempSync(join(tmpdir(), "deconfound-"));
mkdirSync(join(clean, "ring"));
writeFileSync(join(clean, "ring", "0.png"), "");
afterAll(() => rmSync(clean, { recursive: true }));

/** A copy with the value at a path replaced. */
function replaced(tree: unknown, path: string, value: unknown): unknown {
  const copy = structuredClone(tree) as Record<string, unknown>;
  const keys = path.split(".");
  const last = keys.pop()!;
  const parent = keys.reduce((part, key) => part[key] as Record<string, unknown>, copy);
  parent[last] = value;
  return copy;
}

describe.each([
  "--dataset builtin",
  "--dataset builtin --attack badnets --defence none,cbd --limit 100 --preset official+mi --init a --backdoor-init b",
  "--dataset builtin --attack badnets --defence fp --clean-share 0.2",
  `--dataset builtin --defence fp --clean ${clean}`,
])("the configuration of %s", (line) => {
  test("is read back as it was written", async () => {
    const written = await config(line);
    const read = checkedConfig(written, "run.json");
    expect(read).toEqual(written);
    expect(JSON.stringify(read)).toBe(JSON.stringify(written)); // the order of keys too
  });

  test("is refused in one line with anything else in place of any of its values", async () => {
    const written = await config(line);
    const paths = leavesOf(written).map(({ path }) => path);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof(
          fc.constant({}),
          fc.constant([[]]),
          fc.constant(undefined),
          fc.constant(-1e9),
          fc.constant(Number.NaN),
        ),
        (path, value) => {
          expect(() => checkedConfig(replaced(written, path, value), "run.json")).toThrow(DataError);
        },
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => checkedConfig(value, "run.json")).toThrow(DataError);
      }),
    );
  });

  test("is refused with a field more, and with the name of a record that does not exist", async () => {
    const written = (await config(line)) as { dataset: object };
    expect(() => checkedConfig({ ...written, more: 1 }, "run.json")).toThrow(
      "run.json: there is no option config.more",
    );
    const other = { ...written, dataset: { ...written.dataset, format: "\u001b[31m" } };
    expect(() => checkedConfig(other, "run.json")).toThrow('run.json: there is no dataset format "\\u001b[31m"');
  });
});
