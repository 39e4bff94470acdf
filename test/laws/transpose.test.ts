import { describe, it } from "vitest";
import { captureSite } from "../../src/tensor/site.ts";
import { compareLinear } from "../../src/testing/linear-inputs.ts";
import { cases, titled } from "./sampling.ts";

describe("linear ops and their transposes", () => {
  const linear = cases().filter(({ op }) => op.linear !== undefined);
  it.each(titled(linear))("%s: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩", (name, one) =>
    compareLinear({ name, site: captureSite(), seed: one.seed }, one),
  );
});
