import { gzipSync } from "node:zlib";
import type { Plugin } from "esbuild";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { entryPoints, root } from "../support/repository.ts";

const { stripWgsl } = (await import("../../scripts/strip-wgsl.mjs" as string)) as { stripWgsl(text: string): string };
const { wgslModule } = (await import("../../scripts/embed-wgsl.mjs" as string)) as {
  wgslModule(path: string, change: (text: string) => string): string;
};

// bytes after gzip, kernels included: of everything that `import * from "deconfound"` brings to a browser, and of the least that trains
const budget = 121_000;
const leastBudget = 83_900;

/** Kernels as the package holds them, without their comments: `scripts/build.mjs` does the same. */
const shippedKernels: Plugin = {
  name: "shipped-kernels",
  setup: ({ onLoad }) =>
    onLoad({ filter: /wgsl\.generated\.ts$/ }, ({ path }) => ({
      contents: wgslModule(path, stripWgsl),
      loader: "ts",
    })),
};

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
    plugins: [shippedKernels],
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

test("{ tensor, grad, openDevice } brings no more than before", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'export { tensor, grad, openDevice } from "./index.ts";', resolveDir: `${root}src` },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    write: false,
    plugins: [shippedKernels],
  });
  const { text } = outputFiles[0]!;
  expect(gzipSync(text).length).toBeLessThan(leastBudget);
  expect(text, "records that bring their kernels along").not.toContain("cholesky");
});
