import { ConfigError } from "../tensor/errors.ts";
import type { Arguments } from "./command.ts";

interface Range {
  readonly min?: number;
  readonly max?: number;
}

function wrong(name: string, expectation: string, text: string): ConfigError {
  return new ConfigError(`--${name}: expects ${expectation}, got "${text}"`);
}

function inWords(what: string, { min, max }: Range): string {
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  return min === undefined ? what : `${what} of ${min} or more`;
}

function within(value: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return value >= min && value <= max;
}

/** A whole number, or undefined if the option is absent. @throws ConfigError */
export function integerOption(args: Arguments, name: string, range: Range): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || !within(value, range)) throw wrong(name, inWords("a whole number", range), text);
  return value;
}

/** A finite number, or undefined if the option is absent. @throws ConfigError */
export function realOption(args: Arguments, name: string, range: Range): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !within(value, range)) throw wrong(name, inWords("a number", range), text);
  return value;
}

/** One of some words, or undefined if the option is absent. @throws ConfigError */
export function choiceOption<C extends string>(args: Arguments, name: string, choices: readonly C[]): C | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw wrong(name, `one of ${choices.join(", ")}`, text);
  return choice;
}

/** Some of some words, divided by commas. @throws ConfigError for an unknown or a doubled one. */
export function choicesOption<C extends string>(args: Arguments, name: string, choices: readonly C[]): readonly C[] {
  const text = args.text(name) ?? "";
  const words = text.split(",").map((word) => word.trim());
  const chosen = words.map((word) => choices.find((candidate) => candidate === word));
  if (chosen.includes(undefined) || new Set(chosen).size !== chosen.length) {
    throw wrong(name, `some of ${choices.join(", ")}, divided by commas`, text);
  }
  return chosen as C[];
}

/** The value of an option that must be there. @throws ConfigError */
export function requiredOption(args: Arguments, name: string): string {
  const text = args.text(name);
  if (text === undefined || text === "") throw new ConfigError(`--${name} is missing`);
  return text;
}
