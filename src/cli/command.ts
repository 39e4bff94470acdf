import { parseArgs } from "node:util";
import { ConfigError } from "../tensor/errors.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** One option of a command. Without `value` it is a flag. */
export interface OptionSpec {
  /** How the help names the value: `N`, `DIR`, `gpu|cpu`. */
  readonly value?: string;
  readonly fallback?: string;
  readonly repeatable?: boolean;
  readonly doc: string;
}

/** What was given or defaulted, by option name. */
export interface Arguments {
  /** The value of an option, or its fallback. */
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** All values of a repeatable option. */
  list(name: string): readonly string[];
  /** Names that the user wrote. */
  readonly given: readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Shown under the options. */
  readonly notes?: string;
  run(args: Arguments, io: Io): Promise<ExitCode>;
}

/** Splits the words after the command's name. @throws ConfigError naming the word that does not fit. */
export function parseOptions(command: Command, words: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, spec]) => [
      name,
      { type: spec.value === undefined ? "boolean" : "string", multiple: spec.repeatable ?? false } as const,
    ]),
  );
  const values = parse(command, options, words);
  return {
    given: Object.keys(values),
    text: (name) => (values[name] as string | undefined) ?? command.options[name]?.fallback,
    flag: (name) => values[name] === true,
    list: (name) => (values[name] as string[] | undefined) ?? [],
  };
}

type ParseOptions = Readonly<Record<string, { readonly type: "boolean" | "string"; readonly multiple: boolean }>>;

function parse(command: Command, options: ParseOptions, words: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...words], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = (error as Error).message.split(/\. |\n/)[0]!.replace(/\.$/, "");
    throw new ConfigError(`${reason[0]!.toLowerCase()}${reason.slice(1)}; see deconfound ${command.name} --help`);
  }
}

const indent = 30;

/** The help page of a command. */
export function helpFor(command: Command): string {
  const rows = Object.entries(command.options).map(([name, spec]) => {
    const left = `  --${name}${spec.value === undefined ? "" : ` ${spec.value}`}`;
    const right = spec.fallback === undefined ? spec.doc : `${spec.doc} [${spec.fallback}]`;
    const gap = left.length < indent ? left.padEnd(indent) : `${left}\n${" ".repeat(indent)}`;
    return gap + wrap(right, 120 - indent).join(`\n${" ".repeat(indent)}`);
  });
  const notes = command.notes === undefined ? "" : `\n${command.notes}`;
  return `deconfound ${command.name}: ${command.summary}\n\nOptions\n${rows.join("\n")}\n${notes}`;
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
