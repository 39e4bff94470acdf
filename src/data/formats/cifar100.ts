import type { OptionsOf } from "../../options/option.ts";
import { DataError } from "../../tensor/errors.ts";
import type { CifarForm } from "../cifar-records.ts";
import { encodeRecords, readClassNames, readLabelBytes, readRecords, recordBytes } from "../cifar-records.ts";
import { completeParts } from "../complete-parts.ts";
import { selectImages } from "../dataset.ts";
import type { DatasetFormat } from "../dataset-format.ts";
import type { Split } from "../split.ts";
import { splitOff } from "../split.ts";
import { subFolder } from "../sub-folder.ts";

const options = {
  superclasses: {
    kind: "boolean",
    default: false,
    doc: "the 20 superclasses (coarse labels) instead of the 100 classes (fine labels)",
    flag: "superclasses",
  },
} as const;

const trainFiles = ["train.bin", "train.bin.gz"];
const testFiles = ["test.bin", "test.bin.gz"];
const isOwn = (name: string): boolean => trainFiles.includes(name) || testFiles.includes(name);

/** Two labels precede an image: coarse, fine. */
const formOf = ({ superclasses }: OptionsOf<typeof options>): CifarForm =>
  superclasses
    ? { name: "cifar100", labels: 2, at: 0, classes: 20 }
    : { name: "cifar100", labels: 2, at: 1, classes: 100 };

/**
 * A folder with CIFAR-100's binary version, or with one folder that has it: `train.bin` and `test.bin`, each plain or gzipped. A
 * record has a coarse label, a fine label and three planes. Class names from `fine_label_names.txt` and `coarse_label_names.txt`.
 *
 * Source: https://www.cs.toronto.edu/~kriz/cifar.html
 */
export const cifar100: DatasetFormat<OptionsOf<typeof options>> = {
  name: "cifar100",
  summary: "CIFAR-100's binary version: train.bin, test.bin, plain or .gz",
  options,
  reads: "folder",
  detect: async (names, folder) => {
    const own = names.find((name) => isOwn(name.slice(name.lastIndexOf("/") + 1)));
    if (own === undefined || own.endsWith(".gz")) return own !== undefined;
    const isNamed = names.some((name) => /(?:^|\/)(?:fine|coarse)_label_names\.txt$/.test(name));
    return isNamed || (await folder.size(own)) % recordBytes(formOf({ superclasses: false })) === 0; // others call a file train.bin too
  },
  async read({ folder: given, limit, testOnly, options: labels }) {
    const { folder, names } = subFolder(given!, await given!.list(), isOwn);
    const form = formOf(labels);
    const [trains, tests] = [present(names, trainFiles), present(names, testFiles)];
    const all = Number.POSITIVE_INFINITY;
    const test = tests.length === 0 ? null : (await readRecords(folder, tests, all, form)).dataset;
    if (trains.length === 0 && !(testOnly === true && test !== null)) {
      throw new DataError(`${folder.path}: no train.bin; expects CIFAR-100's binary version: train.bin, test.bin`);
    }
    const wanted = test === null ? all : (limit ?? all);
    const train = testOnly === true && test !== null ? test : (await readRecords(folder, trains, wanted, form)).dataset;
    const { chosen: _, ...parts } = completeParts(train, test, { limit, testOnly }, folder.path);
    const file = `${labels.superclasses ? "coarse" : "fine"}_label_names.txt`;
    const named = names.includes(file) ? { classNames: await readClassNames(folder, file, form.classes) } : {};
    return { ...parts, train: { ...parts.train, ...named }, test: { ...parts.test, ...named } };
  },
  async *write({ train, test }, { source, kept }) {
    const { folder, names } = subFolder(source.folder!, await source.folder!.list(), isOwn);
    const form = formOf(source.options);
    const read = async (files: readonly string[]): Promise<Uint8Array> => readLabelBytes(folder, files, form);
    const [trains, tests] = [present(names, trainFiles), present(names, testFiles)];
    const before = await read(trains);
    // the other label byte of a record stays as it is; where the test part was split off, both parts come from one file
    const places = tests.length === 0 ? placesIn(before, form) : null;
    const bytesAt = (labels: Uint8Array, record: number): Uint8Array =>
      labels.subarray(record * form.labels, (record + 1) * form.labels);
    const trainBytes = (i: number): Uint8Array => bytesAt(before, places?.train[kept[i]!] ?? kept[i]!);
    yield { name: "train.bin", content: encodeRecords(selectImages(train, kept), form, trainBytes) };
    const testBytes = places === null ? await read(tests) : before;
    yield { name: "test.bin", content: encodeRecords(test, form, (i) => bytesAt(testBytes, places?.test[i] ?? i)) };
    for (const name of ["fine_label_names.txt", "coarse_label_names.txt"]) {
      if (names.includes(name)) yield { name, content: await folder.read(name) };
    }
  },
};

function placesIn(labels: Uint8Array, form: CifarForm): Split {
  return splitOff(labels.filter((_, at) => at % form.labels === form.at));
}

/** The first of some names that a folder has. */
function present(names: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((name) => names.includes(name)).slice(0, 1);
}
