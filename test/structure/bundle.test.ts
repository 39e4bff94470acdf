import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { entryPoints, root } from "../support/repository.ts";

const budget = 100_000; // bytes after gzip of everything that `import * from "deconfound"` brings to a browser, kernels included

/** Bundles an entry point as a browser would get it; what only Node has stays outside, and shows. */
async function bundle(path: string): Promise<{ text: string; outside: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}src/${path}.ts`],
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

test.each(entryPoints.filter(({ name }) => name !== "deconfound/node"))(
  "$name brings no Node module into a browser",
  async ({ name, path }) => {
    expect((await bundle(path)).outside).toEqual(name === "deconfound/testing/fast-check" ? ["fast-check"] : []);
  },
);

test("the browser bundle stays small", async () => {
  expect(gzipSync((await bundle("index")).text).length).toBeLessThan(budget);
});
