import type { Extreme } from "./extreme-inputs.ts";

/**
 * Where a GPU may differ from the reference because of an extreme input, and why: the table of `docs/numbers.md`. The law refuses a row
 * that it does not need.
 */
export interface ExtremeException {
  readonly op: string;
  readonly extremes: readonly Extreme[];
  readonly reason: string;
}

const squares =
  "Squares of deviations beyond 1.8e19 overflow, and parts are merged by differences: NaN where the reference has ∞ or 0.";
const means =
  "Parts of a long row are merged by differences of their means: the mean is NaN where the reference has ±∞.";

export const extremeExceptions: readonly ExtremeException[] = [
  { op: "moments", extremes: ["largest", "lowest"], reason: squares },
  { op: "moments", extremes: ["∞", "−∞"], reason: means },
  { op: "batchNorm", extremes: ["largest", "lowest"], reason: squares },
  { op: "batchNorm", extremes: ["∞", "−∞"], reason: means },
  {
    op: "conv2dInputGradient",
    extremes: ["NaN", "∞", "−∞"],
    reason:
      "A tap in the padding counts 0 times its weight: such a weight reaches pixels for which the reference leaves the tap out.",
  },
  {
    op: "prod",
    extremes: ["largest", "lowest"],
    reason: "Factors are multiplied in another order, which may overflow on the way.",
  },
];

/** The rows as they stand in the documentation. */
export const exceptionTable: string = [
  "| op | input | reason |",
  "|---|---|---|",
  ...extremeExceptions.map(({ op, extremes, reason }) => `| \`${op}\` | ${extremes.join(", ")} | ${reason} |`),
].join("\n");
