import { describe, it } from "vitest";
import { checkFused } from "./fused-law.ts";
import { cases, titled } from "./sampling.ts";

describe("a fused record is its expansion", () => {
  const fused = cases().filter(({ op }) => op.expand !== undefined && op.vjp !== null);
  it.each(titled(fused))("%s: values and the first two derivatives", (_, one) => checkFused(one));
});
