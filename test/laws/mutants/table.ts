import { expect } from "vitest";
import { readText, root } from "../../support/repository.ts";

/** The guide's table between its two marks is this one; `vitest run test/laws/mutants --update` writes it there. */
export async function checkTable(part: "rules" | "kernels", table: string): Promise<void> {
  const page = readText("docs/testing.md");
  const [start, end] = [`<!-- mutants: ${part} -->\n`, `<!-- end of ${part} -->`];
  const from = page.indexOf(start) + start.length;
  expect(page).toContain(start);
  expect(page).toContain(end);
  const renewed = `${page.slice(0, from)}\n${table}\n\n${page.slice(page.indexOf(end))}`;
  await expect(renewed).toMatchFileSnapshot(`${root}docs/testing.md`);
}
