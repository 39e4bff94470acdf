import type { Scope } from "../../tensor/device.ts";
import { DeviceError } from "../../tensor/errors.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { AdapterFacts } from "../adapter/facts.ts";
import type { ProductFamily, ProductShape } from "../adapter/product-shape.ts";
import type { TunedClass, TunedVariant, Tuning } from "../adapter/tuning.ts";
import { classOf, tuningFormat } from "../adapter/tuning.ts";
import { mostParts, splits, variantName, variantsFor } from "../families/variants.ts";
import { acquireGpu } from "../runtime/acquire-gpu.ts";
import { gpuDevice } from "../runtime/gpu-device.ts";
import type { AcquireGpuOptions } from "../runtime/web-gpu.ts";
import type { ProductWork } from "./works.ts";
import { tuneWorks } from "./works.ts";

export interface TuneOptions extends AcquireGpuOptions {
  /** Families to measure. @defaultValue all */
  readonly only?: readonly ProductFamily[] | undefined;
  /** What to measure instead of the built-in list. */
  readonly works?: readonly ProductWork[] | undefined;
  /** Rounds, in each of which every candidate runs in turn. @defaultValue 3 */
  readonly rounds?: number | undefined;
  /** The library's version, for the record. */
  readonly library?: string | undefined;
  /** Told after each class of products, with how many works of how many are done. */
  readonly onMeasured?: ((measured: TunedClass, done: number, of: number) => void) | undefined;
}

/** A candidate that runs. */
interface Contender extends TunedVariant {
  readonly time: () => Promise<number>;
  readonly times: number[];
}

/**
 * Measures the kernels that compute products and convolutions on an adapter, for `openDevice({ tuning })`.
 *
 * Each work runs with every candidate in turn, some rounds, by the adapter's timestamps where it has them; the smallest time of each
 * counts, since other work only adds. Inputs are multiples of 1/4, so that sums in any order are exact: a candidate must give the first
 * one's result to the bit before it is timed.
 *
 * @throws DeviceError without an adapter, or when two kernels disagree: the driver computes wrong.
 * @example
 * ```ts
 * import { openDevice, tune } from "deconfound";
 *
 * const openTuned = async () => openDevice({ tuning: await tune({ only: ["matmul"] }) }); // in a page with a GPU
 * console.log(typeof openTuned); // function
 * ```
 */
export async function tune(options: TuneOptions): Promise<Tuning> {
  const { gpu, info, limits } = await acquireGpu(options, "tune");
  const { adapter } = limits;
  // one device for all: what is planned while `forced` stands takes that variant
  let forced: TunedVariant | undefined;
  let asked: { readonly family: ProductFamily; readonly shape: ProductShape } | undefined;
  const tuned: NonNullable<AdapterFacts["tuned"]> = (family, shape) => {
    asked = { family, shape };
    return forced;
  };
  const device = gpuDevice(gpu, info, { ...limits, adapter: { ...adapter, tuned } });
  const clock = gpu.device.features.has("timestamp-query") ? "timestamps" : "wall";

  const measure = async (
    { name, inputs, program }: ProductWork,
    scope: Scope,
  ): Promise<[string, TunedClass] | undefined> => {
    const args = scope.put(inputs.map((shape, i) => quarters(shape, i + 1))) as [AnyTensor, AnyTensor];
    const contend = async (
      candidate: TunedVariant | undefined,
    ): Promise<{ contender: Contender; result: ArrayLike<number> }> => {
      forced = candidate;
      const compiled = scope.compile((a: AnyTensor, b: AnyTensor) => program(a, b));
      const result = await (await compiled(...args)).data();
      const time = async (): Promise<number> => {
        if (clock === "timestamps") return (await compiled.profile(...args)).totalMs;
        await gpu.settle(1);
        const start = performance.now();
        device.free(await compiled(...args));
        await gpu.settle(1);
        return performance.now() - start;
      };
      return { contender: { ...(candidate ?? { variant: "", parts: 1 }), time, times: [] }, result };
    };
    const expected = (await contend(undefined)).result;
    const { family, shape } = asked!;
    const key = classOf(family, shape);
    if (key in classes) return undefined;
    const contenders: Contender[] = [];
    for (const candidate of candidatesFor(family, shape, adapter)) {
      const { contender, result } = await contend(candidate);
      checkEqual(result, expected, `${name}: ${candidate.variant} in ${candidate.parts} parts`);
      contenders.push(contender);
    }
    for (let round = 0; round < (options.rounds ?? 3); round++) {
      const best = Math.min(...contenders.flatMap(({ times }) => times));
      // far behind is not looked at again
      for (const { time, times } of contenders) if (round === 0 || times[0]! < 2 * best) times.push(await time());
    }
    const times = contenders.map(({ variant, parts, times: all }) => ({ variant, parts, ms: Math.min(...all) }));
    const fastest = times.reduce((best, other) => (other.ms < best.ms ? other : best));
    const { variant, parts } = fastest.ms < noise * times[0]!.ms ? fastest : times[0]!;
    return [key, { work: name, winner: { variant, parts }, times }];
  };

  const classes: Record<string, TunedClass> = {};
  const works = (options.works ?? tuneWorks(adapter.adapterClass)).filter(
    ({ family }) => options.only?.includes(family) ?? true,
  );
  try {
    for (const [at, work] of works.entries()) {
      await device.scope(async (scope) => {
        const measured = await measure(work, scope);
        if (measured === undefined) return;
        classes[measured[0]] = measured[1];
        options.onMeasured?.(measured[1], at + 1, works.length);
      });
    }
  } finally {
    await device.close();
  }
  const { library = "unknown" } = options;
  return { format: tuningFormat, library, date: new Date().toISOString(), adapter: info.description, clock, classes };
}

const noise = 0.95; // less of a gain leaves the rules' choice

const mostVariants = { software: 3, integrated: 6, discrete: 8 } as const; // a software adapter compiles each for a second

/** The rules' first choices, and the first two that can be split in half and twice the parts. */
function candidatesFor(family: ProductFamily, shape: ProductShape, adapter: AdapterFacts): TunedVariant[] {
  const variants = variantsFor(family, shape, adapter).slice(0, mostVariants[adapter.adapterClass]);
  const split = variants.filter((variant) => splits(family, variant)).slice(0, 2);
  const others = split.flatMap((variant) =>
    [variant.parts / 2, variant.parts * 2]
      .filter((parts) => Number.isInteger(parts) && parts <= mostParts(shape))
      .map((parts) => ({ variant: variantName(variant), parts })),
  );
  return [...variants.map((variant) => ({ variant: variantName(variant), parts: variant.parts })), ...others];
}

/** Multiples of 1/4 in −1 … 1: products are multiples of 1/16, so f32 holds sums of up to 2²⁰ of them exactly. */
function quarters(shape: readonly number[], seed: number): AnyTensor {
  let state = seed;
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes, section 7.1
    return ((state >>> 24) % 9) / 4 - 1;
  });
  return tensor(data, { shape });
}

function checkEqual(result: ArrayLike<number>, expected: ArrayLike<number>, name: string): void {
  for (let i = 0; i < expected.length; i++) {
    if (result[i] === expected[i]) continue;
    throw new DeviceError(`tune: ${name} gives ${result[i]} at element ${i}, the usual kernel ${expected[i]}`, [
      "this driver computes one of them wrong: please report both, with the adapter's name",
    ]);
  }
}
