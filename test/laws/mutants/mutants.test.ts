import { expect, test } from "vitest";
import { definitionMutants } from "./definition-mutants.ts";
import { derivativeMutants } from "./derivative-mutants.ts";
import { isKilled, tableOf } from "./mutant.ts";
import { ruleMutants } from "./rule-mutants.ts";
import { checkTable } from "./table.ts";

const mutants = [...ruleMutants, ...derivativeMutants, ...definitionMutants];

test.each(mutants)("$name: the law holds without the bug", async ({ control }) => {
  await control();
});

test("every bug in a rule, a derivative or a definition is seen", async () => {
  const killed: boolean[] = [];
  for (const mutant of mutants) killed.push(await isKilled(mutant));
  const table = tableOf(mutants, killed);
  console.log(table);
  expect(mutants.filter((_, i) => !killed[i]).map(({ name }) => name)).toEqual([]);
  await checkTable("rules", table);
});
