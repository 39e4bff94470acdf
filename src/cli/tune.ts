import { dirname } from "node:path";
import type { ProductFamily, TunedClass } from "../kernels/index.ts";
import { productFamilies } from "../kernels/index.ts";
import { defaultTuningPath, makeWritableFolder, openDevice, tune, writeTuning } from "../node/index.ts";
import { ConfigError, DeviceError } from "../tensor/errors.ts";
import type { Command } from "./command.ts";
import { exitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { formatTable } from "./table.ts";
import { packageVersion } from "./versions.ts";

const options = {
  out: {
    kind: "text",
    default: null,
    form: "FILE",
    doc: "where the measurements go [$XDG_CACHE_HOME/deconfound/tuning.json, else ~/.cache/…]",
  },
  only: {
    kind: "choices",
    default: productFamilies as readonly ProductFamily[],
    choices: productFamilies as readonly ProductFamily[],
    doc: "families of kernels to measure",
  },
  rounds: {
    kind: "integer",
    default: 3,
    from: 1,
    to: 1000,
    unit: "times",
    doc: "how often every candidate runs, in turn",
  },
  json: { kind: "boolean", default: false, doc: "print the file instead of the table" },
} as const;

/** `deconfound tune`: which kernels are fastest on this machine's GPU. */
export const tuneCommand: Command<typeof options> = {
  name: "tune",
  summary: "measure the kernels of products and convolutions on this GPU, and keep the fastest for later runs",
  options,
  notes: `Takes minutes, and the whole GPU: let nothing else run. Every other command reads the default file; --tuning FILE names
another one, --tuning none leaves the choice to the built-in rules. A file holds for one adapter and driver.
Results depend on the kernels in their last bits: a run that is resumed under another tuning ends a little elsewhere.
`,
  async run(values, io) {
    const path = values.out ?? defaultTuningPath();
    if (path === undefined) {
      throw new ConfigError("there is no home folder to keep a tuning in; --out FILE names a file");
    }
    await makeWritableFolder(dirname(path));
    if (!(await hasGpu(io))) return exitCode.onlyCpu;
    const tuning = await tune({
      only: values.only,
      rounds: values.rounds,
      library: packageVersion(),
      onMeasured: (measured, done, of) => io.err(`${done}/${of}  ${describeClass(measured)}\n`),
    });
    await writeTuning(path, tuning);
    io.out(values.json ? `${JSON.stringify(tuning, null, 2)}\n` : formatTuning(Object.values(tuning.classes)));
    io.err(`${path}: ${Object.keys(tuning.classes).length} classes, ${tuning.adapter}\n`);
    return exitCode.ok;
  },
};

/** Says on standard error which GPU there is, or what to install. */
async function hasGpu(io: Io): Promise<boolean> {
  try {
    (await openDevice({ device: "gpu", log: (line) => io.err(`${line}\n`) })).close();
    return true;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    io.err(`deconfound tune: there is nothing to measure: ${error.message}\n`);
    return false;
  }
}

interface Times {
  readonly name: string;
  readonly ms: number;
}

function timesOf({ times, winner }: TunedClass): { rules: Times; best: Times } {
  const named = times.map(({ variant, parts, ms }) => ({
    name: parts === 1 ? variant : `${variant}, ${parts} parts`,
    ms,
  }));
  const at = times.findIndex(({ variant, parts }) => variant === winner.variant && parts === winner.parts);
  return { rules: named[0]!, best: named[at]! };
}

function describeClass(measured: TunedClass): string {
  const { rules, best } = timesOf(measured);
  const gain =
    best.name === rules.name ? "as the rules have it" : `${(rules.ms / best.ms).toFixed(2)} times ${rules.name}`;
  return `${measured.work}: ${best.name} ${best.ms.toPrecision(3)} ms, ${gain}`;
}

function formatTuning(classes: readonly TunedClass[]): string {
  const rows = classes.map((measured) => {
    const { rules, best } = timesOf(measured);
    return [
      measured.work,
      rules.name,
      rules.ms.toPrecision(3),
      best.name,
      best.ms.toPrecision(3),
      (rules.ms / best.ms).toFixed(2),
    ];
  });
  return formatTable(["work", "rules", "ms", "fastest", "ms", "ratio"], rows);
}
