import { attacks } from "../backdoor/attacks/index.ts";
import { defences } from "../backdoor/defences/index.ts";
import { trainingOptionTable } from "../backdoor/training-options.ts";
import { datasetFormats } from "../data/formats/index.ts";
import type { OptionRows } from "../options/option.ts";
import type { NamedOption } from "../options/table.ts";
import { listOptions } from "../options/table.ts";

/** A record with options: `--set <name>.<option>=VALUE`, or a flag of the option's own. */
export interface OptionOwner {
  /** Empty for the options of every training. */
  readonly name: string;
  readonly options: OptionRows;
  /** How it is chosen: `--attack badnets`; empty for what is always there. */
  readonly chosenBy: string;
}

const owner = (kind: string, { name, options }: { name: string; options: object }): OptionOwner => ({
  name,
  options: options as OptionRows,
  chosenBy: `--${kind} ${name}`,
});

/** The dataset formats. */
export const formatOwners: readonly OptionOwner[] = datasetFormats.map((format) => owner("dataset", format));

/** The attacks. */
export const attackOwners: readonly OptionOwner[] = attacks.map((attack) => owner("attack", attack));

/** Training itself and the defences. */
export const trainingOwners: readonly OptionOwner[] = [
  { name: "", options: trainingOptionTable, chosenBy: "" },
  ...defences.map((defence) => owner("defence", defence)),
];

/** An option that a flag sets. */
export interface FlagTarget extends NamedOption {
  readonly owner: OptionOwner;
}

/** The flags of some records, each with all options that it sets. */
export function flagsOf(owners: readonly OptionOwner[]): ReadonlyMap<string, readonly FlagTarget[]> {
  const flags = new Map<string, FlagTarget[]>();
  for (const one of owners) {
    for (const { name, option } of listOptions(one.options)) {
      if (option.flag === undefined) continue;
      flags.set(option.flag, [...(flags.get(option.flag) ?? []), { owner: one, name, option }]);
    }
  }
  return flags;
}
