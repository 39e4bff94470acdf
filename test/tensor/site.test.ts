import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { formatSite, ownFrames } from "../../src/tensor/site.ts";
import { framesOf } from "../../src/tensor/stack.ts";
import { entryPoints, root } from "../support/repository.ts";

const here = "https://example.org/assets/deconfound";

describe("stacks as engines write them", () => {
  test.each([
    [
      "Chrome, modules",
      `Error
    at captureSite (${here}/tensor/site.js:16:16)
    at apply (${here}/tensor/op.js:20:9)
    at elementwise (${here}/tensor/ops/elementwise.js:31:12)
    at Object.loss (https://example.org/app/my-estimator.js?v=3:12:18)
    at https://example.org/app/main.js:3:1`,
      "loss (my-estimator.js:12:18)",
    ],
    [
      "Firefox, modules",
      `captureSite@${here}/tensor/site.js:16:16
apply@${here}/tensor/op.js:20:9
elementwise@${here}/tensor/ops/elementwise.js:31:12
loss/<@https://example.org/app/my-estimator.js?v=3:12:18
async*@https://example.org/app/main.js:3:1
`,
      "loss (my-estimator.js:12:18)",
    ],
    [
      "Safari, modules",
      `captureSite@${here}/tensor/site.js:16:25
apply@${here}/tensor/op.js:20:17
elementwise@${here}/tensor/ops/elementwise.js:31:20
map@[native code]
loss@https://example.org/app/my-estimator.js?v=3:12:21
module code@https://example.org/app/main.js:3:5`,
      "loss (my-estimator.js:12:21)",
    ],
    [
      "Safari, code outside functions",
      `captureSite@${here}/tensor/site.js:16:25
elementwise@${here}/tensor/ops/elementwise.js:31:20
module code@https://example.org/app/main.js:3:5`,
      "main.js:3:5",
    ],
    [
      "Firefox, the library alone in one file",
      `n@${here}.js:1:2210
r@${here}.js:1:9177
@https://example.org/app/main.js:3:1
`,
      "main.js:3:1",
    ],
    [
      "Chrome, webpack's development build",
      `Error
    at captureSite (webpack-internal:///./node_modules/deconfound/dist/tensor/site.js:16:16)
    at elementwise (webpack-internal:///./node_modules/deconfound/dist/tensor/ops/elementwise.js:31:12)
    at eval (webpack-internal:///./src/index.js:5:52)`,
      "eval (index.js:5:52)",
    ],
    ["nothing but the library", `Error\n    at captureSite (${here}/tensor/site.js:16:16)`, undefined],
    ["no stack", "", undefined],
  ])("%s", (_, stack, expected) => {
    expect(formatSite({ stack })).toBe(expected);
  });

  test.each([
    ["V8", (name: string, at: string) => `    at ${name} (https://example.org/all.js:${at})`],
    ["Firefox and Safari", (name: string, at: string) => `${name}@https://example.org/all.js:${at}`],
  ])("%s: all in one file of one line, the library between two columns", (_, line) => {
    const [begin] = framesOf(line("module code", "1:900"));
    const ends = [{ stack: [line("e", "1:950"), line("module code", "1:5000")].join("\n") }];
    const frames = framesOf([line("a", "1:930"), line("b", "1:4990"), line("loss", "1:5010")].join("\n"));
    const isOwn = ownFrames(frames[0], begin, ends);
    expect(frames.map(isOwn)).toEqual([true, true, false]);
    expect(isOwn({ name: "before", file: "https://example.org/all.js", line: 1, column: 800 })).toBe(false);
  });
});

describe("a program bundled into one file", () => {
  const folder = mkdtempSync(`${tmpdir()}/site-`);
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = `
    import { add, grad, mean, referenceDevice, tensor } from "deconfound";
    import { dense } from "deconfound/nn";
    globalThis.marker = "the user's code begins here";
    const say = (error) => console.log(JSON.stringify(error.message));
    const [x, y] = [tensor([1, 2]), tensor([1, 2, 3])];
    try { add(x, y); } catch (error) { say(error); }
    try { mean(x, { axis: 3 }); } catch (error) { say(error); }
    try { dense({ weight: y }, x); } catch (error) { say(error); }
    try { grad((a) => add(a, y))(x); } catch (error) { say(error); }
    await referenceDevice().compile((a) => add(a, y))(x).catch(say);
    await referenceDevice().compile((a) => mean(a), { checkFinite: true })(tensor([1, 1 / 0])).catch(say);
  `;

  test.each([false, true])("minified %s: the place is in the user's code", async (minify) => {
    const file = `${folder}/program-${minify}.mjs`;
    writeFileSync(`${folder}/main.mjs`, program);
    await build({
      entryPoints: [`${folder}/main.mjs`],
      bundle: true,
      minify,
      format: "esm",
      outfile: file,
      alias: Object.fromEntries(entryPoints.map(({ name, path }) => [name, `${root}src/${path}.ts`])),
    });
    const messages = execFileSync(process.execPath, [file], { encoding: "utf8" }).trim().split("\n");
    expect(messages).toHaveLength(6);
    const lines = readFileSync(file, "utf8").split("\n");
    const start = lines.findIndex((line) => line.includes("the user's code begins here"));
    for (const message of messages) {
      const place = /program-\w+\.mjs:(\d+):(\d+)/.exec(JSON.parse(message) as string);
      expect(place, message).not.toBeNull();
      const [line, column] = [Number(place![1]) - 1, Number(place![2]) - 1];
      const inside = line > start || (line === start && column > lines[start]!.indexOf("the user's code begins here"));
      expect(inside, `${message}: ${lines[line]!.slice(column, column + 40)}`).toBe(true);
    }
  });

  test("every entry point says where the library ends, and bundlers keep it", () => {
    const { sideEffects } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { sideEffects: string[] };
    for (const { path } of entryPoints) {
      expect(readFileSync(`${root}src/${path}.ts`, "utf8"), path).toMatch(/\nendOfEntry\(\);\n$/);
      const listed = [`./dist/${path}.js`, `./dist/${path}.js`.replace(/\/[^/]*\/index\.js$/, "/*/index.js")];
      expect(
        listed.some((one) => sideEffects.includes(one)),
        path,
      ).toBe(true);
    }
  });
});
