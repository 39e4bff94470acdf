import { ConfigError } from "../tensor/errors.ts";
import type { Changes, Option, OptionRows, OptionTable } from "./option.ts";
import { describeOption, fits, parseOption } from "./option-text.ts";

/** An option with its full name, such as `critic.width`. */
export interface NamedOption {
  readonly name: string;
  readonly option: Option;
}

function isOption(row: Option | OptionRows): row is Option {
  return typeof row.kind === "string";
}

/** Every option of a table, groups opened, in the table's order. */
export function listOptions(table: OptionTable, prefix = ""): readonly NamedOption[] {
  return Object.entries(table as OptionRows).flatMap(([key, row]) =>
    isOption(row) ? [{ name: `${prefix}${key}`, option: row }] : listOptions(row, `${prefix}${key}.`),
  );
}

/** The values when nothing is said. */
export function defaultsOf<O extends object>(table: OptionTable<O>): O {
  const rows = Object.entries(table as OptionRows);
  return Object.fromEntries(
    rows.map(([key, row]) => [key, isOption(row) ? row.default : defaultsOf<object>(row)]),
  ) as O;
}

/**
 * Values with some of them changed.
 *
 * @param owner - what errors call the table; names are `owner.name`, or `name` if it is empty.
 * @throws ConfigError for a name that the table does not have, or a value that the option cannot have.
 */
export function withChanges<O extends object>(table: OptionTable<O>, base: O, changes: Changes<O>, owner = ""): O {
  const changed: Record<string, unknown> = { ...(base as Readonly<Record<string, unknown>>) };
  for (const [key, change] of Object.entries(changes)) {
    if (change === undefined) continue;
    const name = owner === "" ? key : `${owner}.${key}`;
    const row = Object.hasOwn(table, key) ? (table as OptionRows)[key] : undefined;
    if (row === undefined) {
      throw new ConfigError(`there is no option ${name}`, [`known here: ${Object.keys(table).join(", ") || "none"}`]);
    }
    if (isOption(row)) {
      checkValue(row, change, name);
      changed[key] = change;
    } else {
      if (typeof change !== "object" || change === null) {
        throw new ConfigError(`${name} is ${show(change)}`, [`expects an object with ${Object.keys(row).join(", ")}`]);
      }
      changed[key] = withChanges(row, changed[key] as object, change, name);
    }
  }
  return changed as O;
}

/**
 * Checks that a value, read from a file, holds every option of the table and nothing else.
 *
 * @returns the value, its keys in the table's order.
 * @throws ConfigError naming the first option that is missing, unknown or out of range.
 */
export function checkedOptions<O extends object>(table: OptionTable<O>, value: unknown, owner = ""): O {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(`${owner || "options"}: expects an object, got ${show(value)}`);
  }
  for (const { name } of listOptions(table)) {
    const found = name.split(".").reduce<unknown>((part, key) => {
      return typeof part === "object" && part !== null && Object.hasOwn(part, key)
        ? (part as Readonly<Record<string, unknown>>)[key]
        : undefined;
    }, value);
    if (found === undefined) throw new ConfigError(`${owner === "" ? name : `${owner}.${name}`} is missing`);
  }
  return withChanges(table, defaultsOf(table), value as Changes<O>, owner);
}

/**
 * Values with one of them changed, from text.
 *
 * @param name - `width`, or `critic.width` for an option in a group; it must exist.
 * @param label - what the error calls the option: `--lr`. @defaultValue name
 * @throws ConfigError naming what the option takes.
 */
export function withText<O extends object>(
  table: OptionTable<O>,
  values: O,
  name: string,
  text: string,
  label: string = name,
): O {
  const option = listOptions(table).find((known) => known.name === name)!.option;
  const value = readText(option, text, label);
  const [first, ...rest] = name.split(".") as [string, ...string[]];
  if (rest.length === 0) return { ...values, [first]: value };
  const group = (values as Readonly<Record<string, object>>)[first]!;
  return {
    ...values,
    [first]: withText((table as OptionRows)[first] as OptionRows, group, rest.join("."), text, label),
  };
}

/** The value that a text gives an option. @throws ConfigError `<label>: expects …, got "…"`. */
export function readText(option: Option, text: string, label: string): unknown {
  const value = parseOption(option, text);
  if (value === undefined) throw new ConfigError(`${label}: expects ${describeOption(option)}, got ${show(text)}`);
  return value;
}

function checkValue(option: Option, value: unknown, name: string): void {
  if (!fits(option, value)) throw new ConfigError(`${name}: expects ${describeOption(option)}, got ${show(value)}`);
}

const longest = 60; // characters of a value that an error repeats

function show(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
