import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { encodeNpy, encodeSafetensors, encodeZip } from "../../src/formats/index.ts";
import type { Points } from "../../src/mi/index.ts";
import { ksg } from "../../src/mi/index.ts";
import { gaussianPairs } from "../mi/gaussian-pairs.ts";
import { command } from "./capture.ts";

const folder = mkdtempSync(join(tmpdir(), "mi-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { x, y } = gaussianPairs(240, 2, 0.8, 3);
const known = ksg.value(x, y, { k: 5 });
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const npy = ({ values, count, features }: Points): Uint8Array => encodeNpy({ shape: [count, features], data: values });
const rows = (...sides: Points[]): string[] =>
  Array.from({ length: 240 }, (_, i) =>
    sides.flatMap(({ values, features }) => [...values.slice(i * features, (i + 1) * features)]).join(","),
  );
const paths = { x: file("x.npy", npy(x)), y: file("y.npy", npy(y)) };
const f32 = ({ values, count, features }: Points) =>
  ({ dtype: "f32", shape: [count, features], data: Float32Array.from(values) }) as const;

describe("mi", () => {
  it.each([
    ["two .npy files", `--x ${paths.x} --y ${paths.y}`],
    [
      "two .csv files, one with a header",
      `--x ${file("x.csv", `a,b\n${rows(x).join("\n")}\n`)} --y ${file("y.csv", rows(y).join("\r\n"))}`,
    ],
    ["bmi's .csv", file("both.csv", `X0,X1,Y0,Y1\n${rows(x, y).join("\n")}\n`)],
    [
      "an .npz file",
      file(
        "both.npz",
        encodeZip([
          { name: "x.npy", content: npy(x) },
          { name: "y.npy", content: npy(y) },
        ]),
      ),
    ],
    [
      "a safetensors file",
      file(
        "both.safetensors",
        encodeSafetensors({
          tensors: new Map([
            ["x", f32(x)],
            ["y", f32(y)],
          ]),
          metadata: {},
        }),
      ),
    ],
  ])("reads %s", async (_, words) => {
    const { code, out, err } = await command(`mi ${words} --estimator ksg --bare`);
    expect([code, err]).toEqual([0, ""]);
    expect(Number(out)).toBeCloseTo(known, 2); // safetensors hold f32
  });

  it("trains a critic, and prints the interval", async () => {
    const train = "--steps 60 --batch 48 --lr 0.02 --device cpu";
    const { code, out } = await command(`mi --x ${paths.x} --y ${paths.y} --critic separable ${train}`);
    expect(code).toBe(0);
    expect(out).toMatch(/^infonce {2}\d\.\d{3} nats {2}\[-?\d\.\d{3}, \d\.\d{3}\]\n$/);
    const bare = await command(`mi --x ${paths.x} --y ${paths.y} --estimator club --bare ${train}`);
    expect(bare.err).toBe("");
    expect(bare.out).toMatch(/^-?\d+\.\d+\n$/);
    const json = await command(`mi --task 1v1-normal-0.75 --estimator club --json ${train}`);
    const line = JSON.parse(json.out) as Record<string, unknown>;
    expect(Object.keys(line).sort()).toEqual(["advice", "estimate", "estimator", "high", "low", "true", "unit"]);
    expect(line["true"]).toBeCloseTo(0.4133, 4);
    expect(json.err).toContain("club: an upper bound only where q(y | x) is the true conditional");
  });

  it("takes options of the estimator, and needs no critic where there is none", async () => {
    const words = `mi --x ${paths.x} --y ${paths.y} --device cpu`;
    const three = await command(`${words} --estimator ksg --set k=3 --bare`);
    expect(Number(three.out)).toBeCloseTo(ksg.value(x, y, { k: 3 }), 12);
    expect((await command(`${words} --estimator gaussian`)).out).toMatch(/^gaussian {2}1\.\d{3} nats\n$/);
    expect((await command(`${words} --estimator hsic`)).out).toMatch(/^hsic {2}0\.\d{3} \(score, not nats\)\n$/);
  });

  it.each([
    ["", /expects --x FILE --y FILE, or one FILE with both, or --task ID/],
    [`--x ${paths.x}`, /--y is missing/],
    [`--x ${paths.x} --y ${paths.y} --task 1v1-normal-0`, /expects --x FILE --y FILE/],
    [
      `--x ${paths.x} --y ${file("short.csv", "1\n2\n3\n")} --estimator ksg`,
      /x\.npy has 240 samples, .*short\.csv has 3/,
    ],
    [file("words.csv", "X0,Y0\n1,2\n3,four\n"), /words\.csv: line 3 holds "four", which is no number/],
    [file("ragged.csv", "X0,Y0\n1,2\n3\n"), /ragged\.csv: line 3 has 1 columns, the first one 2/],
    [file("names.csv", "a,b\n1,2\n"), /does not name columns X0/],
    [file("one.npz", encodeZip([{ name: "x.npy", content: npy(x) }])), /one\.npz: has no arrays x and y, but x/],
    [file("odd.txt", "1"), /odd\.txt: is none of \.npy, \.npz, \.csv, \.safetensors/],
    [`${join(folder, "none.csv")}`, /none\.csv: cannot be read/],
    ["--task 1v1-normal-0 --estimator infonse", /there is no estimator "infonse"/],
    ["--task nope", /there is no task "nope"/],
    [`--x ${paths.x} --y ${paths.y} --estimator ksg --set kk=3`, /--set kk: ksg has k/],
    [`--x ${paths.x} --y ${paths.y} --estimator ksg --set k=0`, /--set k: expects an integer, 1 … 1000/],
    [`--x ${paths.x} --y ${paths.y} --bare --json`, /--bare and --json exclude each other/],
    [`--x ${paths.x} --y ${paths.y} --estimator ba --device cpu`, /the entropy of y is not given/],
  ])("refuses %s", async (words, says) => {
    const { code, out, err } = await command(`mi ${words}`);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(says);
  });
});

describe("mi-bench", () => {
  const cells = "--tasks 1v1-normal-0.75,1v1-normal-0 --estimators ksg,cca --samples 300 --device cpu";

  it("prints a line per cell, each with its error", async () => {
    const { code, out } = await command(`mi-bench ${cells} --seeds 2 --json`);
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, number | string | null>);
    expect(lines.length).toBe(8);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual([
        "task",
        "estimator",
        "seed",
        "true",
        "estimate",
        "low",
        "high",
        "error",
        "seconds",
      ]);
      expect(line["error"]).toBeCloseTo(Number(line["estimate"]) - Number(line["true"]), 12);
      expect(Math.abs(Number(line["error"]))).toBeLessThan(0.2);
    }
    expect(lines[0]!["estimate"]).not.toBe(lines[1]!["estimate"]); // seeds
  });

  it("goes on where it was stopped, shares its cells, and prints the table", async () => {
    const out = join(folder, "bench");
    const stopped = await command(`mi-bench ${cells} --out ${out}`, { interruptAt: "cell 3 of 8" });
    expect(stopped.code).toBe(130);
    expect(readdirSync(join(out, "cells")).length).toBe(3);
    const before = readFileSync(join(out, "cells/1v1-normal-0.75__ksg__0.json"), "utf8");
    const shard = await command(`mi-bench ${cells} --out ${out} --shard 2/2 --json`);
    expect(shard.out.trim().split("\n").length).toBe(4);
    const rest = await command(`mi-bench ${cells} --out ${out}`);
    expect(rest.code).toBe(0);
    expect(readFileSync(join(out, "cells/1v1-normal-0.75__ksg__0.json"), "utf8")).toBe(before);
    expect(rest.out).toMatch(/^task +true +ksg +cca\n-+ .*\n1v1-normal-0\.75 +0\.413 +0\.\d{3} \([+-]0\.\d{3}\)/);
    expect((await command(`mi-bench ${cells} --out ${out}`)).err).toBe(""); // nothing is left
    expect((await command(`mi-bench ${cells} --out ${out} --steps 5`)).err).toContain("holds cells of other settings");
  });

  it("names what fails, and does the others", async () => {
    const { code, err, out } = await command(
      "mi-bench --tasks 1v1-normal-0 --estimators ba,cca --seeds 1 --samples 100 --steps 2 --batch 8 --device cpu",
    );
    expect(code).toBe(6);
    expect(err).toContain("failed: barberAgakov: the entropy of y is not given");
    expect(out).toMatch(/1v1-normal-0 +0\.000 +– +0\.0/);
  });

  it("tier 0 holds estimators to their facts", async () => {
    const { code, out } = await command("mi-bench --tier 0 --estimators dv,club");
    expect([code, out]).toEqual([0, "dv: is what its facts say\nclub: is what its facts say\n"]);
  });

  it("refuses a folder of something else, and unknown tasks", async () => {
    const other = join(folder, "other");
    expect(existsSync(other)).toBe(false);
    expect((await command(`mi-bench ${cells} --out ${folder}`)).err).toContain("is not a folder of mi-bench");
    expect((await command("mi-bench --tasks nope")).err).toContain('there is no task "nope"');
    expect((await command(`mi-bench ${cells} --shard 3/2`)).code).toBe(2);
  });
});

it.each(["club", "hsic"])("CBD takes %s for its third term", async (name) => {
  const out = join(folder, `run-${name}`);
  const { code, err } = await command(
    `train --dataset builtin --size 12 --count 40 --model small-2 --batch 10 --device cpu --defence cbd --preset paper --epochs 1 ` +
      `--backdoor-epochs 1 --augment none --backdoor-augment none --set cbd.critic.estimator=${name} --out ${out}`,
  );
  expect([code, err]).toEqual([0, expect.stringContaining("cbd")]);
  const report = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as {
    epochs: { defence: string; means: Record<string, number> }[];
  };
  expect(Number.isFinite(report.epochs.filter(({ defence }) => defence === "cbd").at(-1)!.means["dependence"])).toBe(
    true,
  );
});
