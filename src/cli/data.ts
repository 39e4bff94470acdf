import { datasetDownloads } from "../data/downloads.ts";
import { downloadDataset } from "../node/index.ts";
import { ConfigError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import type { Command } from "./command.ts";
import { downloadMeter } from "./download-progress.ts";
import { exitCode } from "./exit-code.ts";
import { recordsHelp } from "./help.ts";
import { openProgressLine } from "./progress-line.ts";
import { byName } from "./run-config.ts";

const names = datasetDownloads.map(({ name }) => name);

const options = {
  out: { kind: "text", default: null, form: "DIR", doc: "new folder for the images [the set's name]" },
  url: {
    kind: "text",
    default: null,
    form: "URL",
    doc: "another address of the same files: that of their folder, ending in /; where a set is one file, that of the file",
  },
  sha256: {
    kind: "texts",
    default: [],
    form: "HEX",
    doc: "for a server that packs the files anew: their checksums, once per file in the order below",
  },
} as const;

/** `deconfound data`: a published dataset from its official address. */
export const dataCommand: Command<typeof options> = {
  name: "data",
  summary: "download a published dataset, check it, and unpack it",
  operands: { form: names.join("|"), doc: "which set", least: 1, most: 1 },
  options,
  notes: `DIR appears when all is there, checked and unpacked; train, scan and clean read it with --data DIR. What has come is kept in
DIR.part until then: after an interruption the same command goes on.

${recordsHelp("Sets", datasetDownloads)}
Files
${datasetDownloads.map(filesHelp).join("\n")}
`,
  async run(values, io, { operands }) {
    const name = operands[0]!;
    if (!names.includes(name)) {
      throw new ConfigError(`there is no set "${printable(name)}" to download: ${names.join(", ")}`);
    }
    const dataset = byName(datasetDownloads, name);
    const out = values.out ?? name;
    const interrupted = new AbortController();
    const stopListening = io.onInterrupt(() => interrupted.abort());
    const line = openProgressLine(io);
    const describe = downloadMeter();
    try {
      const { train, test } = await downloadDataset(dataset, out, {
        address: values.url ?? undefined,
        sha256: values.sha256.length === 0 ? undefined : values.sha256,
        signal: interrupted.signal,
        onProgress: (file, done, total) => line.offer(describe(file, done, total)),
        onNote: line.note,
      });
      line.end();
      io.out(`${out}: ${train.count} training and ${test.count} test images, ${train.classes} classes\n`);
      return exitCode.ok;
    } catch (error) {
      line.end();
      if (!interrupted.signal.aborted) throw error;
      io.err(`interrupted; ${out}.part keeps what has come, and the same command goes on from there\n`);
      return exitCode.interrupted;
    } finally {
      stopListening();
    }
  },
};

function filesHelp({ name, address, files }: (typeof datasetDownloads)[number]): string {
  const lines = files.map(
    ({ name: file, bytes, checksum: { algorithm, hex } }) =>
      `    ${file}, ${bytes} bytes, ${algorithm === "md5" ? "MD5 (no SHA-256 is published)" : "SHA-256"} ${hex}`,
  );
  return `  ${name}: ${address}\n${lines.join("\n")}`;
}
