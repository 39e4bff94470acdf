import type { NumberOption, Option, ParsedOption } from "./option.ts";

/** What an option takes, in words: `an integer, 1 … 65536 images`. */
export function describeOption(option: Option): string {
  switch (option.kind) {
    case "integer":
    case "number": {
      const what = option.kind === "integer" ? "an integer" : "a number";
      return `${what}, ${option.from} … ${option.to}${option.unit === undefined ? "" : ` ${option.unit}`}`;
    }
    case "boolean":
      return "true or false";
    case "choice":
      return option.choices.length === 1 ? `${option.choices[0]}` : `one of ${option.choices.join(", ")}`;
    case "choices":
      return `some of ${option.choices.join(", ")}, divided by commas`;
    case "text":
    case "texts":
      return option.form;
    case "parsed":
      return option.form.expects;
  }
}

/** How the help names the value: `N`, `R`, `a|b`, `DIR`. */
export function placeholderOf(option: Option): string {
  switch (option.kind) {
    case "integer":
      return "N";
    case "number":
      return "R";
    case "boolean":
      return "true|false";
    case "choice":
      return option.choices.join("|");
    case "choices":
      return option.choices.join(",");
    case "text":
    case "texts":
      return option.form;
    case "parsed":
      return "FORM";
  }
}

/** A value as the text that {@link parseOption} gives it back from; undefined for none. */
export function formatValue(option: Option, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(",");
  return option.kind === "parsed" ? option.form.format(value) : String(value);
}

/** The value that a text stands for, or undefined if it does not fit the option. */
export function parseOption(option: Option, text: string): unknown {
  switch (option.kind) {
    case "integer":
      return /^[+-]?\d+$/.test(text) ? inRange(option, Number(text)) : undefined;
    case "number":
      return text.trim() === "" ? undefined : inRange(option, Number(text));
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "choice":
      return option.choices.includes(text) ? text : undefined;
    case "choices": {
      const words = text.split(",").map((word) => word.trim());
      return fits(option, words) ? words : undefined;
    }
    case "text":
      return text === "" ? undefined : text;
    case "texts":
      return text === "" ? undefined : [text];
    case "parsed":
      return option.form.parse(text);
  }
}

function inRange(option: NumberOption, value: number): number | undefined {
  return fits(option, value) ? value : undefined;
}

/** Whether a value, of a program or of a file, is one that the option can have. */
export function fits(option: Option, value: unknown): boolean {
  if (value === null) return option.default === null;
  switch (option.kind) {
    case "integer":
    case "number":
      if (typeof value !== "number" || !(value >= option.from && value <= option.to)) return false;
      return Number.isFinite(value) && (option.kind === "number" || Number.isSafeInteger(value));
    case "boolean":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && option.choices.includes(value);
    case "choices":
      return (
        isTexts(value) &&
        value.length > 0 &&
        value.every((word) => option.choices.includes(word)) &&
        new Set(value).size === value.length
      );
    case "text":
      return typeof value === "string" && value !== "";
    case "texts":
      return isTexts(value);
    case "parsed":
      return isObject(value) && sameKeys(value, readBack(option, value));
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A key more than the form knows would be dropped without a word. */
function sameKeys(value: object, read: unknown): boolean {
  return isObject(read) && Object.keys(read).sort().join() === Object.keys(value).sort().join();
}

/** What the text of a value gives; undefined for an object of another form, which may lack what `format` reads. */
function readBack({ form }: ParsedOption, value: object): unknown {
  try {
    return form.parse(form.format(value));
  } catch {
    return undefined;
  }
}
