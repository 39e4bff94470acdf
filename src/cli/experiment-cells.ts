import { dirname, resolve } from "node:path";
import type { Cell, CellLabels, Flag, Flags } from "../experiment/index.ts";
import { cellsOf, parseGrid } from "../experiment/index.ts";
import { digestOf, readBytes } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { printable } from "../tensor/printable.ts";
import type { CellSizes, CellWork } from "./cell-work.ts";
import { workCounter } from "./cell-work.ts";
import { checkedConfig } from "./check-config.ts";
import { readClean } from "./clean-images.ts";
import { code } from "./code.generated.ts";
import { parseOptions } from "./command.ts";
import type { Io } from "./io.ts";
import { loadClean } from "./load-data.ts";
import type { RunConfig } from "./run-config.ts";
import { parseRunConfig } from "./run-config.ts";
import { dataDigest, decisiveText, sorted } from "./run-identity.ts";
import { trainCommand } from "./train.ts";

/** A cell of which all is known but its result. */
export interface NamedCell {
  /** {@link NamedCell.training} and eight digits of the code: `0123456789abcdef-01234567`. */
  readonly name: string;
  /** Hash of all that decides the result but the code: 16 hexadecimal digits. */
  readonly training: string;
  readonly labels: CellLabels;
  readonly options: Flags;
  /** The words of `deconfound train`, without `--out`. */
  readonly words: readonly string[];
  /** What it computes; counted when it is first asked for. Null where its defence refuses it. */
  work(): Promise<CellWork | null>;
}

/** A cell and its configuration. */
interface ParsedCell extends Pick<NamedCell, "labels" | "options" | "words"> {
  readonly config: RunConfig;
}

/** Options that the experiment decides. */
const decided = ["out", "resume", "json", "init", "backdoor-init"];
const folders = ["data", "poisoned", "clean"];

/**
 * The cells of an experiment's file, each checked as `train` checks its options. Then every set of images is read once, for the names
 * of the cells; standard error says which.
 *
 * @param data - the folder for data that the file names without one; null for none.
 * @throws ConfigError or DataError, for a cell with the cell's labels before it.
 */
export async function readCells(
  path: string,
  data: string | null,
  io: Pick<Io, "err">,
): Promise<{ readonly title: string; readonly cells: readonly NamedCell[] }> {
  const grid = parseGrid(parseJson(new TextDecoder().decode(await readBytes(path)), path), path);
  const ofCell = async <T>({ labels }: Pick<Cell, "labels">, make: () => Promise<T>): Promise<T> => {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof DataError)) throw error;
      const Kind = error instanceof ConfigError ? ConfigError : DataError;
      throw new Kind(`${path}: cell ${describeCell(labels)}: ${error.message}`);
    }
  };
  const parsed: ParsedCell[] = [];
  for (const cell of cellsOf(grid)) {
    parsed.push(await ofCell(cell, () => parseCell(withFolders(cell, dirname(path), data))));
  }
  const factsOfData = imageFacts(io);
  const count = workCounter();
  const cells: NamedCell[] = [];
  for (const cell of parsed) {
    const { digest, sizes } = await ofCell(cell, () => factsOfData(cell.config));
    cells.push(nameCell(cell, digest, () => count(cell.config, sizes)));
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
  const given =
    own["data"] !== undefined || own["poisoned"] !== undefined || own["dataset"] === "builtin" || data === null;
  return { labels, options: given ? own : { ...own, data: resolve(data) } };
}

async function parseCell({ labels, options }: Cell): Promise<ParsedCell> {
  const stray = Object.keys(options).find((name) => decided.includes(name));
  if (stray !== undefined) throw new ConfigError(`an experiment decides --${stray} itself`);
  const words = wordsOf(options);
  const { values, ...given } = parseOptions(trainCommand, words);
  if (values.defence.length !== 1) throw new ConfigError("a cell has one defence", ["give each its own entry"]);
  const config = checkedConfig(sorted(await parseRunConfig(values, given)), "options");
  return { labels, options, words, config };
}

function nameCell({ config, ...cell }: ParsedCell, data: string, work: NamedCell["work"]): NamedCell {
  const training = digestOf([decisiveText(config), data]).slice(0, 16);
  return { name: `${training}-${code.slice(0, 8)}`, training, ...cell, work };
}

/** What is known of a cell's images. */
interface ImageFacts {
  readonly digest: string;
  readonly sizes: CellSizes;
}

/** Digests and sizes of images, each set of them read once. Only those that are drawn depend on the seed. */
function imageFacts(io: Pick<Io, "err">): (config: RunConfig) => Promise<ImageFacts> {
  const known = new Map<string, ImageFacts>();
  return async (config) => {
    const { dataset, limit, poisoned, seed } = config;
    const clean = config.clean !== null && "dataset" in config.clean ? config.clean : null;
    const source = JSON.stringify([dataset, limit, poisoned, dataset.folder === null ? seed : null, clean]);
    const share = config.clean !== null && "share" in config.clean ? config.clean.share : 0;
    const found = known.get(source);
    if (found !== undefined) return withShare(found, share);
    if (dataset.folder !== null) io.err(`reading the images of ${printable(dataset.folder, 300)}\n`);
    const { kept, parts } = await loadClean(config);
    const images = await readClean(config, { train: kept, test: parts.test }, () => {});
    const digest = dataDigest(kept) + dataDigest(parts.test) + (images === null ? "" : dataDigest(images));
    const { count, height, width, channels, classes } = kept;
    const train = { count, height, width, channels, classes };
    const facts = { digest, sizes: { train, clean: images?.count ?? 0, test: parts.test.count } };
    known.set(source, facts);
    return withShare(facts, share);
  };
}

/** With the clean images that a share of the training images is, where there is one. */
function withShare({ digest, sizes }: ImageFacts, share: number): ImageFacts {
  const clean = share === 0 ? sizes.clean : Math.floor(share * sizes.train.count);
  return { digest, sizes: { ...sizes, clean } };
}

function wordsOf(options: Flags): string[] {
  return Object.entries(options).flatMap(([name, value]) => wordOf(name, value));
}

function wordOf(name: string, value: Flag): string[] {
  if (value === true) return [`--${name}`];
  if (value === false) return [];
  return typeof value === "object" ? value.map((one) => `--${name}=${one}`) : [`--${name}=${value}`];
}
