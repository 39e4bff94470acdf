import type { Device } from "../tensor/device.ts";
import { ConfigError } from "../tensor/errors.ts";
import * as kind from "../tensor/kinds.ts";
import type { Op, Sample } from "../tensor/op.ts";
import type { Kind } from "../tensor/parameters.ts";
import { parameters } from "../tensor/parameters.ts";
import type { Site } from "../tensor/site.ts";
import { captureSite } from "../tensor/site.ts";
import { deviceKind } from "./check-device.ts";
import type { OpCall } from "./op-call.ts";
import { titleOf } from "./op-call.ts";
import type { OpLaw } from "./op-laws.ts";
import { opLaws } from "./op-laws.ts";

export interface CheckOpOptions<P> {
  /** Example calls. @defaultValue those of the record */
  readonly samples?: readonly Sample<P>[] | undefined;
  /** Asks for its values and VJP too. @defaultValue none: laws of the definition alone */
  readonly device?: Device | undefined;
  /** Of the inputs, which are drawn from the samples' domains, and of random directions. @defaultValue 0 */
  readonly seed?: number | undefined;
}

const isSample = kind.fields({ inputs: kind.list });
const samplesKind: Kind = {
  expects: "a list of samples { inputs: [{ shape, dtype }], params }",
  accepts: (value) => Array.isArray(value) && [...value].every(isSample.accepts),
};
const isRecord = kind.fields({ name: kind.text, infer: kind.callback, samples: kind.callback });
const checkCall = parameters(
  "checkOp",
  { record: isRecord },
  { samples: samplesKind, device: deviceKind, seed: kind.count },
);

/**
 * Checks a record of your own by all laws that the library's records obey, on each of its samples:
 *
 * - what it computes has the types that `infer` says; values are finite, equal to the bit when computed again, and leave inputs alone;
 * - its VJP is that of its values (`checkGrads`), is linear (`checkVjpLinear`), is the transpose of the JVP (`checkTranspose`), and has
 *   second derivatives that commute (`checkHessianSymmetry`); with `vjp: null`, its values do not move;
 * - in the inputs that it calls `linear`, op and VJP are transposes: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩;
 * - many calls at once (`vmap`) are each call by itself, whichever inputs differ from call to call;
 * - on a device, values and VJP are those in double precision (`checkDevice`).
 *
 * @param record - from `defineOp`. Laws of derivatives ask those that take and give f32.
 * @throws ShapeError, KernelError or GradientError, whose first line names the op with its inputs' types, the sample, the law, and the
 *   argument or output with its element. ConfigError without samples, and for arguments of a wrong kind.
 * @example
 * ```ts
 * import { defineOp, mul } from "deconfound";
 * import { checkOp } from "deconfound/testing";
 *
 * const cube = defineOp<null>({
 *   name: "cube",
 *   infer: ([x]) => [x!],
 *   expand: ([x]) => [mul(x!, mul(x!, x!))],
 *   vjp: ({ g: [g], inputs: [x] }) => [mul(g!, mul(x!, x!))], // the 3 is missing
 *   samples: () => [{ inputs: [{ shape: [3], dtype: "f32" }], params: null }],
 * });
 * try {
 *   await checkOp(cube);
 * } catch (error) {
 *   console.log((error as Error).message.split(": wrong")[0]); // checkOp: cube(f32[3]), sample 0, VJP = forward mode
 * }
 * ```
 */
export async function checkOp<P>(record: Op<P>, options: CheckOpOptions<P> = {}): Promise<void> {
  checkCall(arguments);
  const site = captureSite();
  const { samples = record.samples(), device, seed = 0 } = options;
  if (samples.length === 0) {
    const mend = "give the record samples, or checkOp(record, { samples: [{ inputs, params }] })";
    throw new ConfigError(`checkOp: ${record.name} has no samples`, [mend], site);
  }
  for (const [k, sample] of samples.entries()) {
    const call: OpCall = { op: record as unknown as Op, sample, seed: seed + k };
    for (const law of opLaws) await ask(law, `sample ${k}`, call, device, seed, site);
  }
}

/** Asks one law. What the library or the record itself throws on the way is an answer too. */
async function ask(
  law: OpLaw,
  sample: string,
  call: OpCall,
  device: Device | undefined,
  seed: number,
  site: Site,
): Promise<void> {
  const name = `checkOp: ${titleOf(call)}, ${sample}, ${law.name}`;
  try {
    if (law.applies(call, device)) await law.holds({ name, site, seed }, call, device);
  } catch (error) {
    const [head, ...lines] = String((error as Error).message ?? error).split("\n");
    if (head!.startsWith(name)) throw error;
    throw new law.Failure(
      `${name}: ${head}`,
      lines.map((line) => line.trim()),
      site,
    );
  }
}
