import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root } from "../support/repository.ts";

const budget = 100_000; // bytes after gzip of everything that `import * from "deconfound"` brings to a browser, kernels included

/** Bundles an entry point as a browser would get it. What only Node has stays outside, and is returned. */
async function bundle(entry: string): Promise<{ text: string; outside: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}src/${entry}.ts`],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*", "webgpu", "fast-check"],
    write: false,
    metafile: true,
  });
  const outside = Object.values(metafile.inputs).flatMap((input) =>
    input.imports.filter((imported) => imported.external === true).map((imported) => imported.path),
  );
  return { text: outputFiles[0]!.text, outside: [...new Set(outside)] };
}

test.each([
  ["index", []],
  ["formats/index", []],
  ["testing/index", []],
  ["testing/fast-check/index", ["fast-check"]],
])("src/%s.ts brings no Node module into a browser", async (entry, expected) => {
  expect((await bundle(entry)).outside).toEqual(expected);
});

test("the browser bundle stays small", async () => {
  expect(gzipSync((await bundle("index")).text).length).toBeLessThan(budget);
});
