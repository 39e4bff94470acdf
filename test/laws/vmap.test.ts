import { describe, it } from "vitest";
import { cases } from "./sampling.ts";
import { checkVmapped, selections } from "./vmap-law.ts";

describe("many calls at once are each call by itself", () => {
  const rows = cases().flatMap((one) =>
    selections(one.sample.inputs.length).map(
      (differ) => [`${one.title}, own inputs ${differ.map(Number).join("")}`, one, differ] as const,
    ),
  );
  it.each(rows)("%s", (_, one, differ) => checkVmapped(one, differ));
});
