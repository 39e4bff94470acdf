/** What every option has. */
interface Described {
  /** What it decides, in a few words. */
  readonly doc: string;
  /** The command line also knows it as `--<flag>`. Options of several tables may share a flag; it then sets each of them. */
  readonly flag?: string | undefined;
  /** Another flag that cannot be given together with this option's. */
  readonly excludes?: string | undefined;
}

/** A finite number in a range, both ends included. `default: null`: left out means null. */
export interface NumberOption extends Described {
  readonly kind: "integer" | "number";
  readonly default: number | null;
  readonly from: number;
  readonly to: number;
  /** Such as `epochs`; absent for pure numbers. */
  readonly unit?: string | undefined;
  /** The value is a class of the dataset: the command line takes its name too. */
  readonly isClass?: true | undefined;
}

export interface BooleanOption extends Described {
  readonly kind: "boolean";
  readonly default: boolean;
}

/** One of some words. */
export interface ChoiceOption extends Described {
  readonly kind: "choice";
  readonly default: string | null;
  readonly choices: readonly string[];
}

/** One or more of some words, divided by commas, none twice. */
export interface ChoicesOption extends Described {
  readonly kind: "choices";
  readonly default: readonly string[];
  readonly choices: readonly string[];
}

/** Any text but the empty one: a path, a name. */
export interface TextOption extends Described {
  readonly kind: "text";
  readonly default: string | null;
  /** How the help names the value: `DIR`, `NAME=VALUE`. */
  readonly form: string;
}

/** Any number of texts: an option that may be given again and again. */
export interface TextsOption extends Described {
  readonly kind: "texts";
  readonly default: readonly string[];
  readonly form: string;
}

/** A value with a text form of its own, such as a schedule. */
export interface ParsedOption<T = unknown> extends Described {
  readonly kind: "parsed";
  readonly default: T;
  readonly form: Form<T>;
}

/** How a value is written. */
export interface Form<T> {
  /** The forms that `parse` takes, for error messages and help. */
  readonly expects: string;
  /** @returns undefined for a text of another form. */
  parse(text: string): T | undefined;
  /** The text that `parse` gives the value back from. */
  format(value: T): string;
}

/** One option: plain data, so that it can be listed, printed and checked. */
export type Option =
  | NumberOption
  | BooleanOption
  | ChoiceOption
  | ChoicesOption
  | TextOption
  | TextsOption
  | ParsedOption;

/** Options by name, in groups where names have dots: `{ critic: { width: … } }` is `critic.width`. */
export interface OptionRows {
  readonly [name: string]: Option | OptionRows;
}

/**
 * A table that has a row for every field of `O`. `object` stands for any table.
 *
 * Declare the table as a literal with `as const` and take the type from it with {@link OptionsOf}.
 */
export type OptionTable<O extends object = object> = {
  readonly [K in keyof O]: O[K] extends number | string | boolean | null | readonly string[]
    ? Option
    : Option | (O[K] extends object ? OptionTable<O[K]> : never);
};

type OrNull<Row, T> = Row extends { readonly default: null } ? T | null : T;

/** The value of an option. */
export type ValueOf<Row> = Row extends { readonly kind: "integer" | "number" }
  ? OrNull<Row, number>
  : Row extends { readonly kind: "boolean" }
    ? boolean
    : Row extends { readonly kind: "choice"; readonly choices: readonly (infer C)[] }
      ? OrNull<Row, C>
      : Row extends { readonly kind: "choices"; readonly choices: readonly (infer C)[] }
        ? readonly C[]
        : Row extends { readonly kind: "text" }
          ? OrNull<Row, string>
          : Row extends { readonly kind: "texts" }
            ? readonly string[]
            : Row extends { readonly kind: "parsed"; readonly form: Form<infer T> }
              ? T
              : never;

/** The values of a table, each group an object. */
export type OptionsOf<Table> = {
  readonly [K in keyof Table]: Table[K] extends { readonly kind: string } ? ValueOf<Table[K]> : OptionsOf<Table[K]>;
};

/** Some of the values; what is left out keeps another value. */
export type Changes<O> = {
  readonly [K in keyof O]?: O[K] extends number | string | boolean | null | readonly unknown[]
    ? O[K]
    : O[K] extends { readonly kind: unknown }
      ? O[K]
      : Changes<O[K]>;
};
