import { encodePnm } from "../formats/pnm.ts";
import { imageBytes } from "./dataset.ts";
import type { DatasetParts, WriteOptions, WrittenFile } from "./dataset-format.ts";
import type { Folder } from "./folder.ts";
import type { GtsrbFile } from "./gtsrb-files.ts";
import { gtsrbFiles } from "./gtsrb-files.ts";
import type { GtsrbRow } from "./gtsrb-table.ts";
import { writeGtsrbTable } from "./gtsrb-table.ts";
import type { ImageSize } from "./size-form.ts";

const trainFolder = "Final_Training/Images";
const testFolder = "Final_Test/Images";
const numbered = (label: number): string => String(label).padStart(5, "0");

/**
 * GTSRB's official layout, whichever was read. Images that did not change keep their file; changed ones become PPM of the size that they have now. An
 * image of another label than before lies with the new class, the number of the old one in its name.
 */
export async function* writeGtsrb(
  { train, paths = [], testPaths = [] }: DatasetParts,
  { source, kept, changed }: WriteOptions<object>,
): AsyncGenerator<WrittenFile> {
  const folder = source.folder!;
  const found = await gtsrbFiles(await folder.list(), folder);
  const files = new Map([...found.train, ...(found.test ?? [])].map((file) => [file.path, file]));
  const tables = new Map<string, GtsrbRow[]>();
  const list = (table: string, row: GtsrbRow): void => {
    const rows = tables.get(table);
    if (rows === undefined) tables.set(table, [row]);
    else rows.push(row);
  };
  const bytes = imageBytes(train);
  for (const index of kept) {
    const label = train.labels[index]!;
    const from = files.get(paths[index]!)!;
    const isNew = changed.has(index);
    const file = nameOf(from, label, isNew);
    const pixels = train.images.subarray(index * bytes, (index + 1) * bytes);
    const place = `${trainFolder}/${numbered(label)}/`;
    list(`${place}GT-${numbered(label)}.csv`, { file, label, sign: isNew ? wholeOf(train) : signOf(from, train) });
    yield {
      name: place + file,
      content: isNew ? encodePnm({ ...train, pixels }) : await folder.read(from.path),
      image: index,
    };
  }
  const tested = testPaths.map((path) => files.get(path)!);
  yield* writeTest(tested, folder, train, list);
  for (const [name, rows] of tables) yield { name, content: writeGtsrbTable(rows) };
}

/** In one folder, in their order, where their names allow it, as in the official set; else in folders of classes. */
async function* writeTest(
  files: readonly GtsrbFile[],
  folder: Folder,
  size: ImageSize,
  list: (table: string, row: GtsrbRow) => void,
): AsyncGenerator<WrittenFile> {
  const inOne = new Set(files.map(({ file }) => file.toLowerCase())).size === files.length;
  for (const from of files) {
    const { file, label, path } = from;
    const place = inOne ? `${testFolder}/` : `${testFolder}/${numbered(label)}/`;
    list(`${place}GT-${inOne ? "final_test" : numbered(label)}.csv`, { file, label, sign: signOf(from, size) });
    yield { name: place + file, content: await folder.read(path) };
  }
}

function nameOf({ file, label: old }: GtsrbFile, label: number, isNew: boolean): string {
  const [, stem, end] = /^(.*?)(\.[^.]*)?$/.exec(file) as unknown as [string, string, string | undefined];
  return `${stem}${old === label ? "" : `-${numbered(old)}`}${isNew ? ".ppm" : (end ?? "")}`;
}

function signOf({ sign }: GtsrbFile, size: ImageSize): GtsrbRow["sign"] {
  return sign ?? wholeOf(size);
}

function wholeOf({ height, width }: ImageSize): GtsrbRow["sign"] {
  return { left: 0, top: 0, right: width, bottom: height, height, width };
}
