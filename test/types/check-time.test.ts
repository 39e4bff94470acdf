import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { root } from "../support/repository.ts";

// What typed shapes cost the compiler, as a count that no busy machine changes: type instantiations for 100 functions of 4 ops
// each, all shapes distinct, over those of the library alone. Measured when written: about 630 a function of 4 ops.

const functions = 100;
const budget = 90_000;
const folder = mkdtempSync(`${root}test/types/.check-`);
afterAll(() => rmSync(folder, { recursive: true }));

/** One function: a layer, its activation, a reduction and a reshape, at sizes of its own. */
const layer = (i: number): string => `
export function f${i}(x: Tensor<[${i + 2}, ${i + 3}]>, w: Tensor<[${i + 3}, ${2 * i + 5}]>, b: Tensor<[${2 * i + 5}]>) {
  const y = add(matmul(x, w), b);
  return reshape(sum(y, { axis: 0 }), [1, ${2 * i + 5}]);
}`;

function compile(count: number): { instantiations: number; seconds: number } {
  const code = `import type { Tensor } from "../../../src/tensor/tensor.ts";
import { add, matmul, reshape, sum } from "../../../src/tensor/ops/index.ts";
void [add, matmul, reshape, sum] as unknown as Tensor;
${Array.from({ length: count }, (_, i) => layer(i)).join("\n")}`;
  writeFileSync(`${folder}/generated.ts`, code);
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({
      extends: "../../../tsconfig.json",
      compilerOptions: { isolatedDeclarations: false, declaration: false, declarationMap: false },
      include: ["generated.ts"],
    }),
  );
  const { stdout, status } = spawnSync(
    `${root}node_modules/.bin/tsc`,
    ["-p", folder, "--noEmit", "--extendedDiagnostics", "--singleThreaded"],
    { encoding: "utf8" },
  );
  expect(status, stdout).toBe(0);
  const figure = (name: string): number => Number(new RegExp(`${name}:\\s+([\\d.]+)`).exec(stdout)?.[1]);
  return { instantiations: figure("Instantiations"), seconds: figure("Check time") };
}

test(`typed shapes: ${functions} functions of 4 ops within ${budget} instantiations`, () => {
  const library = compile(0);
  const whole = compile(functions);
  const own = whole.instantiations - library.instantiations;
  console.log(`typed shapes: ${own} instantiations, check ${whole.seconds} s, library alone ${library.seconds} s`);
  expect(own).toBeGreaterThan(functions);
  expect(own).toBeLessThan(budget);
}, 60_000);
