import { decodeNpy, decodeSafetensors, readZip } from "../formats/index.ts";
import type { Pairs, Points } from "../mi/index.ts";
import { readBytes, readText } from "../node/index.ts";
import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";

const largest = 2 ** 31; // bytes

/** `.csv`, or no ending at all: bmi hands estimators temporary files. */
const isCsv = (path: string): boolean => /\.csv$|(?:^|[/\\])[^./\\]+$/.test(path);

/** An array as points: its first axis are the samples, the others their features. */
function toPoints(shape: readonly number[], data: ArrayLike<number | bigint>, name: string): Points {
  const [count = 0, ...rest] = shape;
  const features = rest.reduce((a, b) => a * b, 1);
  if (shape.length === 0 || features === 0) throw new DataError(`${name}: expects an array of samples by features`);
  const values = Float64Array.from({ length: data.length }, (_, i) => Number(data[i]));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new DataError(`${name}: holds ${values[bad]} at sample ${Math.floor(bad / features)}`);
  return { values, count, features };
}

interface Csv {
  /** Undefined where the first line holds numbers. */
  readonly header: readonly string[] | undefined;
  readonly points: Points;
}

async function readCsv(path: string): Promise<Csv> {
  const lines = (await readText(path, largest)).split(/\r?\n/);
  const records = lines.flatMap((text, i) => (text.trim() === "" ? [] : [{ line: i + 1, cells: text.split(",") }]));
  if (records.length === 0) throw new DataError(`${path}: holds no sample`);
  const isNumber = (cell: string): boolean => cell.trim() !== "" && Number.isFinite(Number(cell));
  const first = records[0]!.cells;
  const header = first.every(isNumber) ? undefined : first.map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const rows = header === undefined ? records : records.slice(1);
  const values = new Float64Array(rows.length * first.length);
  for (const [i, { line, cells }] of rows.entries()) {
    const bad = cells.find((cell) => !isNumber(cell));
    if (bad !== undefined) throw new DataError(`${path}: line ${line} holds "${printable(bad)}", which is no number`);
    if (cells.length !== first.length) {
      throw new DataError(`${path}: line ${line} has ${cells.length} columns, the first one ${first.length}`);
    }
    values.set(cells.map(Number), i * first.length);
  }
  return { header, points: { values, count: rows.length, features: first.length } };
}

/** The arrays of an archive or a safetensors file, by name. */
async function readArrays(path: string): Promise<ReadonlyMap<string, Points>> {
  const bytes = await readBytes(path, largest);
  if (path.endsWith(".safetensors")) {
    const { tensors } = decodeSafetensors(bytes, path);
    return new Map([...tensors].map(([name, { shape, data }]) => [name, toPoints(shape, data, `${path}: ${name}`)]));
  }
  const arrays = new Map<string, Points>();
  for (const entry of readZip(bytes, path, { largest })) {
    const { shape, data } = decodeNpy(await entry.read(), `${path}: ${printable(entry.path)}`);
    arrays.set(entry.path.replace(/\.npy$/, ""), toPoints(shape, data, path));
  }
  return arrays;
}

/** One set of samples: `.npy`, `.csv` (a header may stand above), or the only array of `.npz` and `.safetensors`. */
export async function readPoints(path: string): Promise<Points> {
  if (path.endsWith(".npy")) {
    const { shape, data } = decodeNpy(await readBytes(path, largest), path);
    return toPoints(shape, data, path);
  }
  if (isCsv(path)) return (await readCsv(path)).points;
  checkEnding(path);
  const arrays = await readArrays(path);
  if (arrays.size !== 1) throw new DataError(`${path}: holds ${arrays.size} arrays; expects one, or x and y as FILE`);
  return [...arrays.values()][0]!;
}

/**
 * x and y in one file: arrays `x` and `y` of `.npz` or `.safetensors`; a `.csv` whose columns are called X… and Y…, as bmi writes it
 * for estimators that are programs.
 */
export async function readPairs(path: string): Promise<Pairs> {
  if (path.endsWith(".npy")) throw new DataError(`${path}: holds one array; give --x and --y`);
  if (isCsv(path)) {
    const { header, points } = await readCsv(path);
    const side = (letter: string): number[] =>
      (header ?? []).flatMap((name, k) => (name.toUpperCase().startsWith(letter) ? [k] : []));
    const [x, y] = [side("X"), side("Y")];
    if (header === undefined || x.length === 0 || y.length === 0 || x.length + y.length !== header.length) {
      throw new DataError(`${path}: its first line does not name columns X0, X1, …, Y0, …; or give --x and --y`);
    }
    const columns = (chosen: readonly number[]): Points => ({
      values: Float64Array.from(
        { length: points.count * chosen.length },
        (_, at) => points.values[Math.floor(at / chosen.length) * points.features + chosen[at % chosen.length]!]!,
      ),
      count: points.count,
      features: chosen.length,
    });
    return { x: columns(x), y: columns(y) };
  }
  checkEnding(path);
  const arrays = await readArrays(path);
  const [x, y] = [arrays.get("x"), arrays.get("y")];
  if (x !== undefined && y !== undefined && x.count !== y.count) {
    throw new DataError(`${path}: has ${x.count} samples x and ${y.count} samples y`);
  }
  if (x === undefined || y === undefined) {
    const names = [...arrays.keys()].map((name) => printable(name)).join(", ");
    throw new DataError(`${path}: has no arrays x and y, but ${names || "none"}`);
  }
  return { x, y };
}

function checkEnding(path: string): void {
  if (!/\.(?:npz|safetensors)$/.test(path)) {
    throw new DataError(`${path}: is none of .npy, .npz, .csv, .safetensors`);
  }
}
