import { dirname, resolve } from "node:path";
import type { Cell, CellLabels, Flag, Flags } from "../experiment/index.ts";
import { cellsOf, parseGrid } from "../experiment/index.ts";
import { digestOf, readBytes } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { checkedConfig } from "./check-config.ts";
import { parseOptions } from "./command.ts";
import { loadClean } from "./load-data.ts";
import { parseRunConfig } from "./run-config.ts";
import { dataDigest, decisiveText, sorted } from "./run-identity.ts";
import { trainCommand } from "./train.ts";
import { packageVersion } from "./versions.ts";

/** A cell of which all is known but its result. */
export interface NamedCell {
  /** Hash of all that decides the result: 16 hexadecimal digits. */
  readonly name: string;
  readonly labels: CellLabels;
  readonly options: Flags;
  /** The words of `deconfound train`, without `--out`. */
  readonly words: readonly string[];
}

/** Options that the experiment decides. */
const decided = ["out", "resume", "json", "init", "backdoor-init"];
const folders = ["data", "poisoned"];

/**
 * The cells of an experiment's file, each checked as `train` checks its options.
 *
 * @param data - the folder for data that the file names without one; null for none.
 * @throws ConfigError or DataError, for a cell with the cell's labels before it.
 */
export async function readCells(
  path: string,
  data: string | null,
): Promise<{ readonly title: string; readonly cells: readonly NamedCell[] }> {
  const grid = parseGrid(parseJson(new TextDecoder().decode(await readBytes(path)), path), path);
  const digests = new Map<string, Promise<string>>();
  const cells: NamedCell[] = [];
  for (const cell of cellsOf(grid)) {
    try {
      cells.push(await nameCell(withFolders(cell, dirname(path), data), digests));
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof DataError)) throw error;
      const Kind = error instanceof ConfigError ? ConfigError : DataError;
      throw new Kind(`${path}: cell ${describeCell(cell.labels)}: ${error.message}`);
    }
  }
  for (const [i, { name, labels }] of cells.entries()) {
    const first = cells.findIndex((other) => other.name === name);
    if (first === i) continue;
    throw new ConfigError(
      `${path}: cells ${describeCell(cells[first]!.labels)} and ${describeCell(labels)} are the same training`,
      ["leave one of them out"],
    );
  }
  return { title: grid.title, cells };
}

/** `cifar10, badnets, wrn-16-1, cbd, seed 0` */
export function describeCell({ data, attack, model, defence, seed }: CellLabels): string {
  return `${[data, attack, model, defence].join(", ")}, seed ${seed}`;
}

function withFolders({ labels, options }: Cell, base: string, data: string | null): Cell {
  const own = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      folders.includes(name) && typeof value === "string" ? resolve(base, value) : value,
    ]),
  );
  const given = folders.some((name) => own[name] !== undefined) || own["dataset"] === "builtin" || data === null;
  return { labels, options: given ? own : { ...own, data: resolve(data) } };
}

async function nameCell({ labels, options }: Cell, digests: Map<string, Promise<string>>): Promise<NamedCell> {
  const stray = Object.keys(options).find((name) => decided.includes(name));
  if (stray !== undefined) throw new ConfigError(`an experiment decides --${stray} itself`);
  const words = wordsOf(options);
  const { values, ...given } = parseOptions(trainCommand, words);
  if (values.defence.length !== 1) throw new ConfigError("a cell has one defence", ["give each its own entry"]);
  const config = checkedConfig(sorted(await parseRunConfig(values, given)), "options");
  const source = JSON.stringify([config.dataset, config.limit, config.poisoned, config.seed]);
  const digest = digests.get(source) ?? digestOfData(config);
  digests.set(source, digest);
  const name = digestOf([decisiveText(config), await digest, packageVersion()]).slice(0, 16);
  return { name, labels, options, words };
}

async function digestOfData(config: Parameters<typeof loadClean>[0]): Promise<string> {
  const { kept, parts } = await loadClean(config);
  return dataDigest(kept) + dataDigest(parts.test);
}

function wordsOf(options: Flags): string[] {
  return Object.entries(options).flatMap(([name, value]) => wordOf(name, value));
}

function wordOf(name: string, value: Flag): string[] {
  if (value === true) return [`--${name}`];
  if (value === false) return [];
  return typeof value === "object" ? value.map((one) => `--${name}=${one}`) : [`--${name}=${value}`];
}
