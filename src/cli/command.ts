import { parseArgs } from "node:util";
import type { OptionRows, OptionsOf } from "../options/option.ts";
import { defaultsOf, listOptions, readText } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import type { OptionOwner } from "./option-owners.ts";
import { flagsOf } from "./option-owners.ts";

/** What the user wrote, besides the values of the command's own options. */
export interface Given {
  /** Names of all options that were written. */
  readonly names: readonly string[];
  /** Texts of the options that belong to attacks, defences and the like, by flag. */
  readonly flags: ReadonlyMap<string, string>;
}

export interface Command<T extends OptionRows = OptionRows> {
  readonly name: string;
  readonly summary: string;
  /** Its own options: a table without groups. A boolean one is a flag without a value. */
  readonly options: T;
  /** Records whose options with a `flag` it takes too. */
  readonly owners?: readonly OptionOwner[];
  /** Shown under the options. */
  readonly notes?: string;
  run(values: OptionsOf<T>, io: Io, given: Given): Promise<ExitCode>;
}

/** A command's options as the user wrote them. */
export interface Parsed<T extends OptionRows> extends Given {
  readonly values: OptionsOf<T>;
}

/** Splits the words after the command's name. @throws ConfigError naming the word that does not fit. */
export function parseOptions<T extends OptionRows>(command: Command<T>, words: readonly string[]): Parsed<T> {
  const own = listOptions(command.options);
  const flags = [...flagsOf(command.owners ?? []).keys()];
  const found = parse(command.name, words, [
    ...own.map(({ name, option }) => ({ name, flag: option.kind === "boolean", repeated: option.kind === "texts" })),
    ...flags.map((name) => ({ name, flag: false, repeated: false })),
  ]);
  const values: Record<string, unknown> = { ...defaultsOf<object>(command.options) };
  for (const { name, option } of own) {
    const written = found[name];
    if (written === undefined) continue;
    values[name] = typeof written === "string" ? readText(option, written, `--${name}`) : written;
  }
  return {
    values: values as OptionsOf<T>,
    names: Object.keys(found),
    flags: new Map(
      flags.flatMap((flag) => (found[flag] === undefined ? [] : [[flag, found[flag] as string] as const])),
    ),
  };
}

interface Word {
  readonly name: string;
  /** Without a value. */
  readonly flag: boolean;
  readonly repeated: boolean;
}

function parse(
  command: string,
  words: readonly string[],
  known: readonly Word[],
): Readonly<Record<string, boolean | string | readonly string[] | undefined>> {
  const valued = new Set(known.flatMap(({ name, flag }) => (flag ? [] : [`--${name}`])));
  const options = Object.fromEntries(
    known.map(({ name, flag, repeated }) => [name, { type: flag ? "boolean" : "string", multiple: repeated } as const]),
  );
  try {
    return parseArgs({ args: joinNumbers(words, valued), options, strict: true, allowPositionals: false })
      .values as ReturnType<typeof parse>;
  } catch (error) {
    const ambiguous = /^Option '(--[^ ']+).*ambiguous/.exec((error as Error).message)?.[1];
    if (ambiguous !== undefined) {
      throw new ConfigError(
        `${ambiguous} is without its value; one that begins with a dash is written ${ambiguous}=-VALUE`,
      );
    }
    const reason = (error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, "");
    throw new ConfigError(`${reason[0]!.toLowerCase()}${reason.slice(1)}; see deconfound ${command} --help`);
  }
}

/** `--target -1` as `--target=-1`: no option's name begins with a digit. */
function joinNumbers(words: readonly string[], valued: ReadonlySet<string>): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    if (before !== undefined && valued.has(before) && /^-[\d.]/.test(word))
      joined[joined.length - 1] = `${before}=${word}`;
    else joined.push(word);
  }
  return joined;
}

/** The value of an option that must be there. @throws ConfigError */
export function required(value: string | null, name: string): string {
  if (value === null) throw new ConfigError(`--${name} is missing`);
  return value;
}
