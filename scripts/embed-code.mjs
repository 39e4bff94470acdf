// Writes src/cli/code.generated.ts: a digest of the code that decides what a training comes to, so that a result can say which code
// made it. The code is all that `train` reaches, bundled and without comments: a list of what matters, kept by hand, would miss
// something one day, and a result of other code that is taken for one of this is worse than a training that is done again.
import { createHash } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { wgslModule } from "./embed-wgsl.mjs";
import { stripWgsl } from "./strip-wgsl.mjs";

const target = new URL("../src/cli/code.generated.ts", import.meta.url);

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("../src/cli/train.ts", import.meta.url))],
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  tsconfigRaw: {},
  logLevel: "error",
  // the digest itself, and the drawing of figures, which decides no number
  external: ["node:*", "webgpu", "sharp", "*/code.generated.ts", "*/report/figures.ts"],
  plugins: [
    {
      name: "kernels without comments",
      setup: ({ onLoad }) =>
        onLoad({ filter: /wgsl\.generated\.ts$/ }, ({ path }) => ({
          contents: wgslModule(path, stripWgsl),
          loader: "ts",
        })),
    },
  ],
});

const digest = createHash("sha256").update(outputFiles[0].contents).digest("hex").slice(0, 16);
const temporary = new URL(`../src/cli/code.generated.${process.pid}.tmp`, import.meta.url);
writeFileSync(
  temporary,
  `// Made by scripts/embed-code.mjs. Do not edit.

/** Digest of the code that decides what a training comes to: 16 hexadecimal digits. */
export const code = "${digest}";
`,
);
renameSync(temporary, target);
