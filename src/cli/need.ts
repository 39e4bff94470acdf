import { defences } from "../backdoor/defences/index.ts";
import type { RunReport } from "./run-report.ts";

/** What a defence was given besides the training set, as tables say it behind the defence's name; empty for nothing. */
export function needOf(defence: string, { train, clean = 0 }: Pick<RunReport["sets"], "train" | "clean">): string {
  switch (defences.find(({ name }) => name === defence)?.needs) {
    case "poisonRate":
      return " (needs the poison rate)";
    case "cleanSubset":
      return ` (clean data ${Number(((100 * clean) / train).toPrecision(3))} %, ${clean} images)`;
    default: // a file may name a defence that is gone
      return "";
  }
}
