import { describe, it } from "vitest";
import { captureSite } from "../../src/tensor/site.ts";
import { compareVmapped, selections } from "../../src/testing/vmap-loop.ts";
import { cases } from "./sampling.ts";

describe("many calls at once are each call by itself", () => {
  const rows = cases().flatMap((one) =>
    selections(one.sample.inputs.length).map(
      (differ) => [`${one.title}, own inputs ${differ.map(Number).join("")}`, one, differ] as const,
    ),
  );
  it.each(rows)("%s", (name, one, differ) =>
    compareVmapped({ name, site: captureSite(), seed: one.seed }, one, differ),
  );
});
