import { describe, it } from "vitest";
import { cases, titled } from "./sampling.ts";
import { checkTransposed } from "./transpose-law.ts";

describe("linear ops and their transposes", () => {
  const linear = cases().filter(({ op }) => op.linear !== undefined);
  it.each(titled(linear))("%s: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩", (_, one) => checkTransposed(one));
});
