import type { CbdOptions } from "../../../cbd/options.ts";
import { cbdOptionTable } from "../../../cbd/options.ts";
import type { OptionTable } from "../../../options/option.ts";
import type { ScanOptions } from "../../scan/scan.ts";
import { scanOptions } from "../../scan/scan.ts";

/** Options of the defence {@link cbd}: those of the method, and where the weights come from. */
export type CbdDefenceOptions = CbdOptions & {
  readonly weights: "suspects" | "relativeDifficulty";
  readonly scan: ScanOptions;
  readonly late: boolean;
};

export const cbdDefenceOptions: OptionTable<CbdDefenceOptions> = {
  weights: {
    kind: "choice",
    default: "suspects",
    choices: ["suspects", "relativeDifficulty"],
    doc: "weight of a sample: 0 for the suspects of a scan and 1 for others, or the paper's CE_B / (CE_B + CE_C)",
  },
  scan: scanOptions,
  late: {
    kind: "boolean",
    default: true,
    doc: "look for triggers that are learnt late where the scan finds nothing: trains at least two more networks",
  },
  ...cbdOptionTable,
};
