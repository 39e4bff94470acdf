import { dirname, join } from "node:path";
import { splitInTwo } from "../backdoor/diagnostics.ts";
import type { Dataset } from "../data/dataset.ts";
import { selectImages } from "../data/dataset.ts";
import { encodeCifar10 } from "../data/formats/cifar10.ts";
import { encodeSafetensors } from "../formats/index.ts";
import { makeWritableFolder, readBytes, readCifar10, writeAtomically } from "../node/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { Arguments, Command } from "./command.ts";
import { exitCode } from "./exit-code.ts";
import { loadData } from "./load-data.ts";
import type { RunConfig, Source } from "./run-config.ts";
import type { SuspectRow } from "./suspects-file.ts";
import { readSuspects } from "./suspects-file.ts";
import { integerOption, requiredOption } from "./values.ts";

/** `deconfound clean`: a training set without the images that look poisoned. */
export const cleanCommand: Command = {
  name: "clean",
  summary: "write the training set without the images that look poisoned, in its own format",
  options: {
    suspects: { value: "FILE", doc: "suspects.csv of a train run" },
    drop: { value: "N|auto", fallback: "auto", doc: "how many of the most suspect images; auto: the estimated number" },
    data: { value: "DIR", doc: "CIFAR-10 folder to clean; default: what the run.json beside FILE was trained on" },
    out: { value: "DIR", doc: "where the clean set goes" },
  },
  notes: `Without --data, run.json beside FILE says what was trained on; an attack that the run made is made again.
Images that --limit left out are left out here too: nothing is known of them.
CIFAR-10: data_batch_N.bin with what is left of each, test_batch.bin and batches.meta.txt as they are.
Builtin: train.safetensors with images u8 (n,h,w,c) and labels i32 (n).
`,
  async run(args, io) {
    const out = requiredOption(args, "out");
    const suspects = await readSuspects(requiredOption(args, "suspects"));
    const dropped = chooseDropped(args, suspects);
    const { source, train } = await loadExamined(args);
    const known = new Set(suspects.map(({ index }) => index));
    const stranger = suspects.find(({ index }) => index >= train.count);
    if (stranger !== undefined) {
      throw new DataError(`--suspects names image ${stranger.index}, the training set has ${train.count}`);
    }
    await makeWritableFolder(out);
    const kept = (from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, i) => from + i).filter((i) => known.has(i) && !dropped.has(i));
    if (source.kind === "cifar10") await writeCifar10(source.folder, train, kept, out);
    else await writeArrays(selectImages(train, kept(0, train.count)), out);
    io.out(`${suspects.length - dropped.size} of ${suspects.length} images in ${out}, ${dropped.size} dropped\n`);
    return exitCode.ok;
  },
};

function chooseDropped(args: Arguments, suspects: readonly SuspectRow[]): ReadonlySet<number> {
  const count =
    args.text("drop") === "auto"
      ? countSuspects(suspects.map(({ weight }) => weight))
      : integerOption(args, "drop", { min: 0, max: suspects.length - 1 })!;
  return new Set(suspects.slice(0, count).map(({ index }) => index));
}

/** How many weights lie in the lower of the two groups into which their logarithms fall. */
function countSuspects(weights: readonly number[]): number {
  return splitInTwo(weights.map((weight) => Math.log(Math.max(weight, smallest))).sort((a, b) => a - b));
}

const smallest = 1e-8; // below it a weight is as good as 0, as in diagnose()

async function loadExamined(args: Arguments): Promise<{ source: Source; train: Dataset }> {
  const folder = args.text("data");
  if (folder !== undefined) return { source: { kind: "cifar10", folder }, train: (await readCifar10(folder)).train };
  const path = join(dirname(requiredOption(args, "suspects")), "run.json");
  let config: RunConfig;
  try {
    ({ config } = JSON.parse(new TextDecoder().decode(await readBytes(path))) as { config: RunConfig });
  } catch (error) {
    const reason = error instanceof DataError ? error.message : `${path}: is no JSON`;
    throw new ConfigError(`${reason}; --data DIR names the folder to clean`);
  }
  return { source: config.source, train: (await loadData(config)).train };
}

type Kept = (from: number, to: number) => number[];

/** Each batch file with what is left of it. The images may be poisoned copies of those in `folder`. */
async function writeCifar10(folder: string, train: Dataset, kept: Kept, out: string): Promise<void> {
  const { batches, test } = await readCifar10(folder);
  let from = 0;
  for (const { name, count } of batches) {
    const left = kept(from, Math.min(from + count, train.count));
    if (left.length > 0) writeAtomically(join(out, name), encodeCifar10(selectImages(train, left)));
    from = Math.min(from + count, train.count);
  }
  writeAtomically(join(out, "test_batch.bin"), encodeCifar10(test));
  writeAtomically(join(out, "batches.meta.txt"), `${(test.classNames ?? []).join("\n")}\n`);
}

async function writeArrays({ images, labels, ...dataset }: Dataset, out: string): Promise<void> {
  const { count, height, width, channels } = dataset;
  const bytes = encodeSafetensors({
    tensors: new Map([
      ["images", { dtype: "u8", shape: [count, height, width, channels], data: images }],
      ["labels", { dtype: "i32", shape: [count], data: labels }],
    ]),
    metadata: { classNames: JSON.stringify(dataset.classNames ?? []) },
  });
  writeAtomically(join(out, "train.safetensors"), bytes);
}
