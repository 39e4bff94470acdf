import { DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import * as json from "../tensor/json-schema.ts";
import { printable } from "../tensor/printable.ts";
import type { Shape } from "../tensor/shape.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { FileType } from "./safetensors-dtypes.ts";
import { fileTypes } from "./safetensors-dtypes.ts";

/** One array of a file: where its values lie. */
export interface Entry {
  readonly name: string;
  readonly type: FileType;
  readonly shape: Shape;
  /** In bytes from the first value. */
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The key of the header under which the format keeps texts, so no array can be called so. */
export const metadataKey = "__metadata__";

const size = json.integer({ min: 0 });
const entrySchema = json.object({ dtype: json.string, shape: json.list(size), data_offsets: json.list(size) });
const topSchema = json.object({ header: json.record((value) => value) });
const schema = json.object({ header: json.record(entrySchema), [metadataKey]: json.record(json.string) });
const mostAxes = 64;

/**
 * Reads the header.
 *
 * @param text - the JSON.
 * @param valueBytes - bytes of all values.
 * @param source - what errors call the file.
 * @throws DataError if it is not what the format says: an unknown type, a length that does not fit the shape, or a byte of
 * the values that belongs to no array or to two.
 */
export function parseHeader(text: string, valueBytes: number, source: string): Header {
  const top = json.check(topSchema, { header: parseJson(text, `${source}: header`) }, source);
  const { [metadataKey]: metadata = {}, ...arrays } = top.header;
  const checked = json.check(schema, { header: arrays, [metadataKey]: metadata }, source);
  const entries = Object.entries(checked.header).map(([name, fields]) => parseEntry(name, fields, valueBytes, source));
  checkCover(entries, valueBytes, source);
  return { entries, metadata: checked[metadataKey] };
}

function parseEntry(name: string, fields: json.Checked<typeof entrySchema>, valueBytes: number, source: string): Entry {
  const place = `${source}: ${printable(name)}`;
  const { dtype, shape, data_offsets: offsets } = fields;
  const type = fileTypes.find((candidate) => candidate.name === dtype);
  if (type === undefined) throw new DataError(`${place} has type ${printable(dtype)}, which is not read`);
  if (shape.length > mostAxes) throw new DataError(`${place} has ${shape.length} axes; ${mostAxes} are read at most`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length > 2) {
    throw new DataError(`${place}: data_offsets are not a begin and an end`);
  }
  const length = sizeOf(shape) * type.bytes; // may be more than any file has; then it equals no difference below
  if (end - begin !== length || end > valueBytes) {
    throw new DataError(`${place} needs ${length} bytes, has ${begin} to ${end} of ${valueBytes}`);
  }
  return { name, type, shape, begin, end };
}

/** Every byte belongs to exactly one array: else two readers could take different values from one file. */
function checkCover(entries: readonly Entry[], valueBytes: number, source: string): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const fault = begin < covered ? "belongs to an array before it too" : "is missed by all before it";
      const at = Math.min(begin, covered);
      throw new DataError(`${source}: damaged, ${printable(name)} begins at byte ${begin} and byte ${at} ${fault}`);
    }
    covered = end;
  }
  if (covered !== valueBytes) {
    throw new DataError(`${source}: damaged, ${valueBytes} bytes of values where the header names ${covered}`);
  }
}
