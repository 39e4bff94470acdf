import type { AnyOp, Op } from "../../src/tensor/op.ts";
import { filesBelow, readText, root } from "./repository.ts";

/** Source files that define ops. */
export const filesOfRecords: readonly string[] = filesBelow("src", ".ts").filter((path) =>
  /^import \{[^}]*\bdefineOp\b/m.test(readText(path)),
);

const isRecord = (value: unknown): value is Op =>
  typeof value === "object" && value !== null && "infer" in value && "samples" in value;

/** The records that a file exports, alone or in a table. */
async function recordsOf(path: string): Promise<[string, readonly Op[]]> {
  const exported: unknown[] = Object.values((await import(`${root}${path}`)) as Record<string, unknown>);
  const tables = exported.filter((value) => typeof value === "object" && value !== null && !isRecord(value));
  return [path, [...exported, ...tables.flatMap((table) => Object.values(table as object))].filter(isRecord)];
}

/** The records of each file in {@link filesOfRecords}. */
export const recordsByFile: ReadonlyMap<string, readonly Op[]> = new Map(
  await Promise.all(filesOfRecords.map(recordsOf)),
);

/** Every primitive with example calls: what the laws loop over. An op is in it by being defined and exported anywhere in `src`. */
export const records: readonly AnyOp[] = [...new Set([...recordsByFile.values()].flat())]
  .filter((op) => op.samples().length > 0)
  .map((op) => op as unknown as AnyOp);
