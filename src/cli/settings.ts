import type { Option } from "../options/option.ts";
import type { NamedOption } from "../options/table.ts";
import { listOptions, readText, withText } from "../options/table.ts";
import { ConfigError } from "../tensor/errors.ts";
import type { OptionOwner } from "./option-owners.ts";
import { flagsOf } from "./option-owners.ts";

/** A record whose options are to be found, and their values when the user says nothing. */
export interface Chosen {
  readonly owner: OptionOwner;
  readonly base: object;
  /** Whether an option of a full name decides something; an option that does not is refused. @defaultValue every one does */
  isUsed?(name: string): boolean;
}

/** What the user says of options. */
export interface Said {
  /** By flag. */
  readonly flags: ReadonlyMap<string, string>;
  /** `NAME=VALUE`, in order; they win over flags. */
  readonly assignments: readonly string[];
  /** Names of the dataset's classes, by label. */
  readonly classNames: readonly string[];
}

/**
 * The values of the chosen records' options, by record.
 *
 * @param known - all records that there are, chosen or not: an option of another one is refused with what would choose it.
 * @throws ConfigError naming the option that does not exist, does not apply, or has a value out of range.
 */
export function resolveSettings(
  chosen: readonly Chosen[],
  known: readonly OptionOwner[],
  { flags, assignments, classNames }: Said,
): ReadonlyMap<OptionOwner, object> {
  const values = new Map(chosen.map(({ owner, base }) => [owner, base]));
  const isUsed = (owner: OptionOwner, name: string): boolean =>
    chosen.find((one) => one.owner === owner)?.isUsed?.(name) ?? true;
  const checkUsed = (used: boolean, label: string): void => {
    if (!used)
      throw new ConfigError(`${label} decides nothing under this --preset`, ["another preset has a use for it"]);
  };
  const set = (owner: OptionOwner, name: string, text: string, label: string): void => {
    const { option } = listOptions(owner.options).find((known) => known.name === name)!;
    values.set(owner, withText(owner.options, values.get(owner)!, name, numberOf(option, text, classNames), label));
  };
  for (const [flag, text] of flags) {
    const targets = flagsOf(known).get(flag)!;
    const applying = targets.filter(({ owner }) => values.has(owner));
    for (const { option } of applying.length > 0 ? applying : targets) {
      readText(option, numberOf(option, text, classNames), `--${flag}`);
    }
    if (applying.length === 0) throw new ConfigError(`--${flag} needs ${listed(targets.map(({ owner }) => owner))}`);
    const used = applying.filter(({ owner, name }) => isUsed(owner, name));
    checkUsed(used.length > 0, `--${flag}`);
    for (const { owner, name, option } of used) {
      if (option.excludes !== undefined && flags.has(option.excludes)) {
        throw new ConfigError(`--${option.excludes} and --${flag} exclude each other`);
      }
      set(owner, name, text, `--${flag}`);
    }
  }
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at <= 0) throw new ConfigError(`--set: expects NAME=VALUE, got ${JSON.stringify(assignment)}`);
    const { owner, name } = findSetting(assignment.slice(0, at), [...values.keys()], known);
    checkUsed(isUsed(owner, name), `--set ${fullName(owner, name)}`);
    set(owner, name, assignment.slice(at + 1), `--set ${fullName(owner, name)}`);
  }
  return values;
}

/** A class's name as its number; any other text as it is. */
function numberOf(option: Option, text: string, classNames: readonly string[]): string {
  const label = option.kind === "integer" && option.isClass === true ? classNames.indexOf(text) : -1;
  return label < 0 ? text : String(label);
}

interface Found extends NamedOption {
  readonly owner: OptionOwner;
}

function fullName({ name: owner }: OptionOwner, name: string): string {
  return owner === "" ? name : `${owner}.${name}`;
}

/** The option of a full name, or of an end of a name that only one of the chosen records' options has. */
function findSetting(text: string, chosen: readonly OptionOwner[], known: readonly OptionOwner[]): Found {
  const search = (owners: readonly OptionOwner[]): readonly Found[] => {
    const all = owners.flatMap((owner) => listOptions(owner.options).map((named) => ({ ...named, owner })));
    const exact = all.filter(({ owner, name }) => fullName(owner, name) === text);
    return exact.length > 0 ? exact : all.filter(({ owner, name }) => `.${fullName(owner, name)}`.endsWith(`.${text}`));
  };
  const found = search(chosen);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const names = found.map(({ owner, name }) => fullName(owner, name));
    throw new ConfigError(`--set: ${text} may be ${names.join(" or ")}; give the name in full`);
  }
  const elsewhere = search(known);
  if (elsewhere.length > 0) {
    throw new ConfigError(`--set: ${text} needs ${listed(elsewhere.map(({ owner }) => owner))}`);
  }
  const near = nearest(text, chosen);
  const advice = near === undefined ? "deconfound train --help lists them" : `did you mean ${near}?`;
  throw new ConfigError(`--set: there is no option ${JSON.stringify(text)}; ${advice}`);
}

function listed(owners: readonly OptionOwner[]): string {
  return [...new Set(owners.map(({ chosenBy }) => chosenBy))].join(" or ");
}

/** The option whose name differs in the fewest letters, if those are less than a third of it. */
function nearest(text: string, owners: readonly OptionOwner[]): string | undefined {
  const names = owners.flatMap((owner) => listOptions(owner.options).map(({ name }) => fullName(owner, name)));
  const distances = names.map((name) => {
    const ends = name.split(".").map((_, at, parts) => parts.slice(at).join("."));
    return { name, distance: Math.min(...ends.map((end) => editDistance(text, end) / end.length)) };
  });
  const best = distances.reduce((a, b) => (b.distance < a.distance ? b : a));
  return best.distance < 1 / 3 ? best.name : undefined;
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
