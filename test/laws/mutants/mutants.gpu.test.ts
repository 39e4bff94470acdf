import { expect, test } from "vitest";
import { describeGpu } from "../../support/gpu.ts";
import { openers } from "../../support/gpu-devices.ts";
import { kernelMutants } from "./kernel-mutants.ts";
import { isKilled, tableOf } from "./mutant.ts";
import { checkTable } from "./table.ts";

describeGpu("bugs in kernels", () => {
  const mutants = kernelMutants(openers["portable variants"]!);

  test.each(mutants)("$name: the law holds without the bug", async ({ control }) => {
    await control();
  });

  test("every one is seen", async () => {
    const killed: boolean[] = [];
    for (const mutant of mutants) killed.push(await isKilled(mutant));
    const table = tableOf(mutants, killed);
    console.log(table);
    expect(mutants.filter((_, i) => !killed[i]).map(({ name }) => name)).toEqual([]);
    await checkTable("kernels", table);
  });
});
