import type { Option } from "../options/option.ts";
import { describeOption, formatValue, placeholderOf } from "../options/option-text.ts";
import { listOptions } from "../options/table.ts";
import type { Command } from "./command.ts";
import type { OptionOwner } from "./option-owners.ts";
import { flagsOf } from "./option-owners.ts";

const indent = 30;
const columns = 120;

/** The help page of a command. */
export function helpFor(command: Command): string {
  const own = listOptions(command.options).map(({ name, option }) => line(name, option, withDefault(option)));
  const flags = [...flagsOf(command.owners ?? [])].map(([flag, targets]) => {
    const docs = targets.map(
      ({ owner, option }) => `${owner.name === "" ? "" : `${owner.name}: `}${withDefault(option)}`,
    );
    return line(flag, targets[0]!.option, docs.join("; "));
  });
  const { operands } = command;
  const usage = operands === undefined ? "" : `${indented(`  ${operands.form}`, operands.doc, indent)}\n\n`;
  const notes = command.notes === undefined ? "" : `\n${command.notes}`;
  return `deconfound ${command.name}: ${command.summary}\n\n${usage}Options\n${[...own, ...flags].join("\n")}\n${notes}`;
}

/** All options that `--set` takes, one per line, under the record that they belong to. */
export function settingsHelp(owners: readonly OptionOwner[]): string {
  const rows = owners.flatMap((owner) =>
    listOptions(owner.options, owner.name === "" ? "" : `${owner.name}.`).map(({ name, option }) => ({ name, option })),
  );
  const width = Math.max(...rows.map(({ name }) => name.length)) + 4;
  const lines = rows.map(({ name, option }) =>
    indented(
      `  ${name}`,
      `${option.doc}: ${describeOption(option)} [${formatValue(option, option.default) ?? ""}]`,
      width,
    ),
  );
  return `Settings, for --set NAME=VALUE; a unique end of a name is enough\n${lines.join("\n")}\n`;
}

/** A list of records with one line for each. */
export function recordsHelp(
  title: string,
  records: readonly { readonly name: string; readonly summary: string }[],
): string {
  const width = Math.max(...records.map(({ name }) => name.length)) + 4;
  return `${title}\n${records.map(({ name, summary }) => indented(`  ${name}`, summary, width)).join("\n")}\n`;
}

function withDefault(option: Option): string {
  const shown = option.kind === "boolean" ? undefined : formatValue(option, option.default);
  return shown === undefined ? option.doc : `${option.doc} [${shown}]`;
}

function line(name: string, option: Option, doc: string): string {
  return indented(`  --${name}${option.kind === "boolean" ? "" : ` ${placeholderOf(option)}`}`, doc, indent);
}

function indented(left: string, right: string, width: number): string {
  const gap = left.length < width ? left.padEnd(width) : `${left}\n${" ".repeat(width)}`;
  return gap + wrap(right, columns - width).join(`\n${" ".repeat(width)}`);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
