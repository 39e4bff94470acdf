import type { Arbitrary } from "fast-check";
import * as fc from "fast-check";
import { listProgram } from "../../tensor/list-program.ts";
import type { AnyOp, Domain, Op, Sample } from "../../tensor/op.ts";
import { apply } from "../../tensor/op.ts";
import { elementwiseOps } from "../../tensor/ops/elementwise-records.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { hostValues } from "../inner-product.ts";
import { sampleInputs } from "../sample-inputs.ts";
import { fitShape, intoDomain, isInside } from "./fit-value.ts";
import { structuralOps } from "./structural-ops.ts";

/** A random program with inputs for it. */
export interface RandomProgram {
  readonly inputs: readonly AnyTensor[];
  /** The values that no op of it uses; one of them at least is f32. */
  run(...inputs: readonly AnyTensor[]): readonly AnyTensor[];
  /** The records that it applies, by name, in order. */
  readonly ops: readonly string[];
}

export interface ProgramsOptions {
  /** Records to draw from. @defaultValue elementwise functions, and reductions, layouts, products and choices */
  readonly ops?: readonly AnyOp[] | undefined;
  /** @defaultValue 30 */
  readonly maxOps?: number | undefined;
}

/** An op to apply: which record and sample, and where each input comes from: 0 from a new input, else from an earlier value. */
interface Step {
  readonly op: number;
  readonly sample: number;
  readonly from: readonly number[];
}

type SampledType = Sample<unknown>["inputs"][number];

const largest = 64; // elements of a value that an elementwise op follows in shape

/**
 * Random well-typed programs out of op records, by their samples and shape rules. An input of an op is a new input of the program, or an
 * earlier value: cut or repeated to the sample's shape, and brought into its domain where it lies outside. Shrinks to the fewest ops,
 * and to simpler ones. Prints as a listing.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check";
 * import { referenceDevice } from "deconfound";
 * import { programs } from "deconfound/testing/fast-check";
 *
 * const device = referenceDevice();
 * const runs = fc.asyncProperty(programs({ maxOps: 5 }), async ({ run, inputs }) => {
 *   const results = await device.compile(run)(...inputs);
 *   return results.length > 0;
 * });
 * await fc.assert(runs, { numRuns: 20 });
 * console.log("20 programs run"); // 20 programs run
 * ```
 */
export function programs(options: ProgramsOptions = {}): Arbitrary<RandomProgram> {
  const { ops = [...Object.values(elementwiseOps), ...structuralOps], maxOps = 30 } = options;
  const records = (ops as readonly unknown[] as readonly Op[]).filter((op) => op.samples().length > 0);
  const step = fc.record({
    op: fc.nat(records.length - 1),
    sample: fc.nat(99),
    from: fc.array(fc.nat(99), { minLength: 5, maxLength: 5 }),
  });
  const list = (maxLength: number): Arbitrary<Step[]> => fc.array(step, { maxLength, size: "max" });
  const short = { arbitrary: list(Math.min(6, maxOps)), weight: 3 }; // most are short, so that many can be run
  return fc.oneof(short, { arbitrary: list(maxOps), weight: 1 }).map((steps) => plan(records, steps));
}

function plan(records: readonly Op[], steps: readonly Step[]): RandomProgram {
  const inputs: AnyTensor[] = [];
  const decisions: boolean[] = [];
  let seed = 0;
  const results = build(records, steps, {
    input(type) {
      const [drawn] = sampleInputs({ inputs: [type], params: null }, ++seed);
      inputs.push(drawn!);
      return drawn!;
    },
    isInside(value, domain) {
      const inside = isInside(hostValues(value), domain);
      decisions.push(inside);
      return inside;
    },
  });
  const run = (...given: readonly AnyTensor[]): readonly AnyTensor[] => {
    let [next, decided] = [0, 0];
    return build(records, steps, { input: () => given[next++]!, isInside: () => decisions[decided++]! });
  };
  const names = steps.map(({ op }) => records[op]!.name);
  const program: RandomProgram = { inputs, run, ops: names };
  const text = (): string => `${names.length} ${names.length === 1 ? "op" : "ops"}\n${listProgram(results)}`;
  return Object.defineProperty(program, fc.toStringMethod, { value: text, enumerable: false });
}

/** What a program is built on: drawn for the first time, then given. */
interface Ground {
  input(type: SampledType): AnyTensor;
  isInside(value: AnyTensor, domain: Domain | undefined): boolean;
}

function build(records: readonly Op[], steps: readonly Step[], ground: Ground): AnyTensor[] {
  const first = ground.input({ shape: [2, 3], dtype: "f32" });
  const values: AnyTensor[] = [first];
  const used = new Set<AnyTensor>();
  for (const { op: which, sample: at, from } of steps) {
    const op = records[which]!;
    const samples = op.samples();
    const sample = samples[at % samples.length]!;
    let shape: readonly number[] | undefined;
    const inputs = sample.inputs.map((type, i) => {
      const fits = values.filter((value) => mayServe(value, type));
      const chosen = fits[(from[i % from.length]! % (fits.length + 1)) - 1];
      const leads = op.scalar !== undefined && shape === undefined;
      if (leads) shape = chosen !== undefined && sizeOf(chosen.shape) <= largest ? chosen.shape : type.shape;
      const wanted = op.scalar === undefined ? type : { ...type, shape: shape! };
      if (chosen === undefined) return ground.input(wanted);
      const cut = fitShape(chosen, wanted.shape);
      if (cut === undefined) return ground.input(wanted);
      used.add(chosen);
      return type.dtype !== "f32" || ground.isInside(cut, type.domain) ? cut : intoDomain(cut, type.domain);
    });
    values.push(...apply(op, inputs, sample.params));
  }
  const sinks = values.filter((value) => !used.has(value));
  return sinks.some(({ dtype }) => dtype === "f32") ? sinks : [...sinks, first];
}

/** Indices and labels, storage dtypes and empty values come from new inputs. */
function mayServe(value: AnyTensor, type: SampledType): boolean {
  if (value.dtype !== type.dtype || sizeOf(value.shape) === 0 || type.domain?.kind === "integer") return false;
  return type.dtype === "f32" || type.dtype === "bool" || type.dtype === "i32" || type.dtype === "u32";
}
