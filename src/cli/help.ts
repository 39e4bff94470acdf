import type { Option } from "../options/option.ts";
import { describeOption, formatValue, placeholderOf } from "../options/option-text.ts";
import { listOptions } from "../options/table.ts";
import type { Command } from "./command.ts";
import type { FlagTarget, OptionOwner } from "./option-owners.ts";
import { flagsOf } from "./option-owners.ts";
import { wrapHelp } from "./wrap-help.ts";

const indent = 30;
const longest = 80; // columns of a line that is not wrapped

/** The help page of a command, in lines of so many columns. */
export function helpFor(command: Command, columns: number): string {
  const { name, summary, operands, owners = [], notes } = command;
  const own = listOptions(command.options).map(({ name: flag, option }) => optionRow(flag, option));
  const flags = [...flagsOf(owners)].map(([flag, targets]) =>
    row(flagForm(flag, targets[0]!.option), describeTargets(targets, owners), indent),
  );
  const usage = `Usage: deconfound ${name}${operands === undefined ? "" : ` ${operands.form}`} [OPTIONS]`;
  const parts = [
    `deconfound ${name}: ${summary}`,
    usage,
    ...(operands === undefined ? [] : [row(`  ${operands.form}`, operands.doc, indent)]),
    ["Options", ...own, ...flags].join("\n"),
    ...(notes === undefined ? [] : [notes.trimEnd()]),
    ...("set" in command.options ? [settingsHelp(owners)] : []),
  ];
  return wrapHelp(`${parts.join("\n\n")}\n`, columns);
}

/** All options that `--set` takes, one per row, under the record that they belong to. */
function settingsHelp(owners: readonly OptionOwner[]): string {
  const rows = owners.flatMap((owner) =>
    listOptions(owner.options, owner.name === "" ? "" : `${owner.name}.`).map(({ name, option }) => ({ name, option })),
  );
  const width = Math.max(...rows.map(({ name }) => name.length)) + 4;
  const lines = rows.map(({ name, option }) =>
    row(
      `  ${name}`,
      `${option.doc}: ${describeOption(option)}${bracketed(formatValue(option, option.default))}`,
      width,
    ),
  );
  return `Settings, for --set NAME=VALUE; the end of a name is enough where only one name ends so\n${lines.join("\n")}`;
}

/** A list of records with one row for each. */
export function recordsHelp(
  title: string,
  records: readonly { readonly name: string; readonly summary: string }[],
): string {
  const width = Math.max(...records.map(({ name }) => name.length)) + 4;
  return `${title}\n${records.map(({ name, summary }) => row(`  ${name}`, summary, width)).join("\n")}\n`;
}

/**
 * What a flag sets in the records that take it. Those with the same words are named together, and not at all where they are most of
 * the records of their kind and the others are named; a default that is not that of most of them stands with its record.
 */
function describeTargets(targets: readonly FlagTarget[], owners: readonly OptionOwner[]): string {
  const kindOf = ({ chosenBy }: OptionOwner): string => chosenBy.split(" ")[0]!;
  const groups = [...grouped(targets, ({ option }) => option.doc)].sort(([, a], [, b]) => b.length - a.length);
  return groups
    .map(([doc, group], at) => {
      const kind = kindOf(group[0]!.owner);
      const ofKind = owners.filter((owner) => kindOf(owner) === kind).length;
      const isRule = at === 0 && targets.filter(({ owner }) => kindOf(owner) === kind).length === ofKind;
      const names = group.map(({ owner }) => owner.name).join(", ");
      return `${isRule || names === "" ? "" : `${names}: `}${doc}${bracketed(defaultsOfGroup(group))}`;
    })
    .join("; ");
}

function defaultsOfGroup(group: readonly FlagTarget[]): string | undefined {
  const byDefault = [...grouped(group, ({ option }) => defaultOf(option))].sort(([, a], [, b]) => b.length - a.length);
  const texts = byDefault.flatMap(([text, some], at) => {
    if (text === undefined) return [];
    return [at === 0 ? text : `${some.map(({ owner }) => owner.name).join(", ")}: ${text}`];
  });
  return texts.length === 0 ? undefined : texts.join("; ");
}

function grouped<T, K>(all: readonly T[], keyOf: (one: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** The default as text; none for a flag without a value. */
function defaultOf(option: Option): string | undefined {
  if (option.kind === "choices" && option.default.length === option.choices.length) return "all";
  return option.kind === "boolean" ? undefined : formatValue(option, option.default);
}

function bracketed(text: string | undefined): string {
  return text === undefined ? "" : ` [${text}]`;
}

function flagForm(name: string, option: Option): string {
  return `  --${name}${option.kind === "boolean" ? "" : ` ${placeholderOf(option)}`}`;
}

/** The row of a command's own option. A list of names that no line holds stands with its words. */
function optionRow(name: string, option: Option): string {
  const form = flagForm(name, option);
  const words = `${option.doc}${bracketed(defaultOf(option))}`;
  if (option.kind !== "choices" || form.length <= longest) return row(form, words, indent);
  return row(`  --${name} NAME,…`, `${words}; of ${option.choices.join(", ")}`, indent);
}

/** A row of {@link wrapHelp}; what does not fit on the left has a line of its own. */
function row(left: string, right: string, width: number): string {
  return left.length + 2 <= width ? left.padEnd(width) + right : `${left}\n${" ".repeat(width)}${right}`;
}
