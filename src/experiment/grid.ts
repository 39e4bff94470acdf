import { ConfigError } from "../tensor/errors.ts";
import * as json from "../tensor/json-schema.ts";
import { printable } from "../tensor/printable.ts";

/** Options of `deconfound train` by name, without dashes. */
export type Flags = Readonly<Record<string, Flag>>;
export type Flag = string | number | boolean | readonly string[];

/** One entry of an axis. */
export interface Choice {
  readonly label: string;
  readonly options: Flags;
}

/** The axes that are written as lists of choices, and the option that a text alone stands for. */
const axes = { data: "dataset", attacks: "attack", models: "model", defences: "defence" } as const;
type Axis = keyof typeof axes;

/** An experiment: all combinations of its axes. */
export interface Grid extends Readonly<Record<Axis, readonly Choice[]>> {
  readonly title: string;
  /** Set for all cells. */
  readonly options: Flags;
  /** Poisoning rates 0 … 1 for attacks that set none; empty: the attacks' own. */
  readonly rates: readonly number[];
  readonly seeds: readonly number[];
}

/** Where in the grid a cell lies. */
export interface CellLabels {
  readonly data: string;
  readonly attack: string;
  readonly model: string;
  readonly defence: string;
  readonly seed: number;
}

/** One training. */
export interface Cell {
  readonly labels: CellLabels;
  /** All its options. */
  readonly options: Flags;
}

const flag = json.predicate<Flag>(
  (value) =>
    ["string", "number", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every((one) => typeof one === "string")),
  "a text, a number, true, false or a list of texts",
);
const entry = json.predicate<string | Flags>(
  (value) => typeof value === "string" || (typeof value === "object" && value !== null && !Array.isArray(value)),
  "a name, or an object of options",
);
const choices = json.optional(json.list(entry));
const file = json.object({
  title: json.string,
  options: json.optional(json.record(flag)),
  data: choices,
  attacks: choices,
  models: choices,
  defences: json.list(entry),
  rates: json.optional(json.list(json.number({ min: 0, max: 1 }))),
  seeds: json.optional(json.list(json.integer({ min: 0 }))),
});
const known = ["title", "options", ...Object.keys(axes), "rates", "seeds"];

/**
 * An experiment from the content of its file; docs/experiments.md describes it.
 *
 * @param value - parsed JSON. @param name - of the file, for errors.
 * @throws DataError for another form; ConfigError for a name that no axis has, an axis without entries or two equal labels.
 */
export function parseGrid(value: unknown, name: string): Grid {
  const read = json.check(file, value, name);
  const stray = Object.keys(value as object).find((key) => !known.includes(key));
  if (stray !== undefined) throw new ConfigError(`${name}: there is no "${printable(stray)}"`, [known.join(", ")]);
  const axis = (which: Axis): readonly Choice[] => {
    const found = (read[which] ?? [{}]).map((one, i) => choiceOf(one, axes[which], `${name}: ${which}[${i}]`));
    if (found.length === 0) throw new ConfigError(`${name}: ${which} is empty`, ["leave it out for the default"]);
    checkDistinct(
      found.map(({ label }) => label),
      `${name}: ${which}`,
    );
    return found;
  };
  const { title, options = {}, rates = [], seeds = [0] } = read;
  if (seeds.length === 0) throw new ConfigError(`${name}: seeds is empty`, ["leave it out for seed 0"]);
  checkDistinct(seeds, `${name}: seeds`);
  checkDistinct(rates, `${name}: rates`);
  const grid = { data: axis("data"), attacks: axis("attacks"), models: axis("models"), defences: axis("defences") };
  return { title, options, ...grid, rates, seeds };
}

function choiceOf(written: string | Flags, option: string, place: string): Choice {
  if (typeof written === "string") return { label: written, options: { [option]: written } };
  const { label, ...options } = json.check(json.record(flag), written, place);
  if (label !== undefined && typeof label !== "string") throw new ConfigError(`${place}: its label is not a text`);
  return { label: label ?? String(options[option] ?? "default"), options };
}

function checkDistinct(values: readonly (string | number)[], place: string): void {
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) {
    throw new ConfigError(`${place} has ${printable(String(twice))} twice`, ["give one of them another label"]);
  }
}

/**
 * All cells of a grid, those that differ in the defence alone beside each other.
 *
 * @throws ConfigError for `rates` beside an attack with a rate of its own, or an option that two axes set.
 */
export function cellsOf(grid: Grid): readonly Cell[] {
  const attacks = grid.attacks.flatMap((attack) => withRates(attack, grid.rates));
  return grid.data.flatMap((data) =>
    grid.models.flatMap((model) =>
      attacks.flatMap((attack) =>
        grid.seeds.flatMap((seed) =>
          grid.defences.map((defence) => ({
            labels: { data: data.label, attack: attack.label, model: model.label, defence: defence.label, seed },
            options: merged([grid, data, model, attack, defence, { options: { seed } }]),
          })),
        ),
      ),
    ),
  );
}

function withRates({ label, options }: Choice, rates: readonly number[]): readonly Choice[] {
  if (rates.length === 0 || options["attack"] === undefined || options["attack"] === "none")
    return [{ label, options }];
  if (options["rate"] !== undefined) {
    throw new ConfigError(`attack ${printable(label)} has a rate of its own beside rates`, ["leave out one of them"]);
  }
  return rates.map((rate) => ({
    label: `${label} ${Number((100 * rate).toPrecision(6))} %`,
    options: { ...options, rate },
  }));
}

/** Options of the whole grid give way; `set` adds up. */
function merged(parts: readonly { readonly options: Flags }[]): Flags {
  const [all, ...axes] = parts;
  const own: Record<string, Flag> = {};
  const set: string[] = listOf(all!.options["set"]);
  for (const { options } of axes) {
    for (const [name, value] of Object.entries(options)) {
      if (name === "set") set.push(...listOf(value));
      else if (Object.hasOwn(own, name)) throw new ConfigError(`two axes set the option ${printable(name)}`);
      else own[name] = value;
    }
  }
  return { ...all!.options, ...own, ...(set.length === 0 ? {} : { set }) };
}

function listOf(value: Flag | undefined): string[] {
  return value === undefined ? [] : typeof value === "object" ? [...value] : [String(value)];
}
