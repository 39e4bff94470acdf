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
  /** The words that belong to no option, as many as {@link Command.operands} allows. */
  readonly operands: readonly string[];
}

/** What a command takes besides options: `FILE…`. */
export interface Operands {
  /** How the help names them, brackets round what can be left out: `DIR`, `[IMAGE…]`. */
  readonly form: string;
  readonly doc: string;
  /** @defaultValue 0 */
  readonly least?: number;
  /** @defaultValue any number */
  readonly most?: number;
}

export interface Command<T extends OptionRows = OptionRows> {
  readonly name: string;
  readonly summary: string;
  /** Its own options: a table without groups. A boolean one is a flag without a value. */
  readonly options: T;
  /** Records whose options with a `flag` it takes too. */
  readonly owners?: readonly OptionOwner[];
  /** What it takes besides options. @defaultValue nothing */
  readonly operands?: Operands;
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
  const targets = flagsOf(command.owners ?? []);
  const flags = [...targets.keys()];
  const { found, operands } = parse(command, words, [
    ...own.map(({ name, option }) => ({
      name,
      flag: option.kind === "boolean",
      repeated: option.kind === "texts",
      dashes: option.kind === "text" && option.form === "OPTIONS",
    })),
    ...flags.map((name) => ({
      name,
      flag: targets.get(name)!.every(({ option }) => option.kind === "boolean"),
      repeated: false,
    })),
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
    flags: new Map(flags.flatMap((flag) => (found[flag] === undefined ? [] : [[flag, String(found[flag])] as const]))),
    operands,
  };
}

interface Word {
  readonly name: string;
  /** Without a value. */
  readonly flag: boolean;
  readonly repeated: boolean;
  /** Its value holds options of another program, so it may begin with a dash. */
  readonly dashes?: boolean;
}

type Found = Readonly<Record<string, boolean | string | readonly string[] | undefined>>;

function parse(
  { name, operands }: Pick<Command, "name" | "operands">,
  words: readonly string[],
  known: readonly Word[],
): { readonly found: Found; readonly operands: readonly string[] } {
  const valued = new Set(known.flatMap(({ name, flag }) => (flag ? [] : [`--${name}`])));
  const dashed = new Set(known.flatMap(({ name, dashes }) => (dashes === true ? [`--${name}`] : [])));
  const options = Object.fromEntries(
    known.map(({ name, flag, repeated }) => [name, { type: flag ? "boolean" : "string", multiple: repeated } as const]),
  );
  const allowPositionals = operands !== undefined;
  try {
    const { values, positionals } = parseArgs({
      args: joinValues(words, valued, dashed),
      options,
      strict: true,
      allowPositionals,
    });
    checkOperands(name, operands, positionals);
    return { found: values as Found, operands: positionals };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const ambiguous = /^Option '(--[^ ']+).*ambiguous/.exec((error as Error).message)?.[1];
    if (ambiguous !== undefined) {
      throw new ConfigError(
        `${ambiguous} is without its value; one that begins with a dash is written ${ambiguous}=-VALUE`,
      );
    }
    const reason = (error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, "");
    throw new ConfigError(`${reason[0]!.toLowerCase()}${reason.slice(1)}; see deconfound ${name} --help`);
  }
}

function checkOperands(name: string, operands: Operands | undefined, given: readonly string[]): void {
  const { form = "", least = 0, most = Number.POSITIVE_INFINITY } = operands ?? {};
  if (given.includes("")) throw new ConfigError(`${form} is an empty text`);
  if (given.length < least) throw new ConfigError(`${form} is missing; see deconfound ${name} --help`);
  if (given.length > most) {
    throw new ConfigError(`unexpected argument '${given[most]}'; see deconfound ${name} --help`);
  }
}

/** `--target -1` as `--target=-1`: no option's name begins with a digit. @param dashed - whose values may begin with any dash. */
function joinValues(words: readonly string[], valued: ReadonlySet<string>, dashed: ReadonlySet<string>): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    if (before !== undefined && (dashed.has(before) || (valued.has(before) && /^-[\d.]/.test(word))))
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
