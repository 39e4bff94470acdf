import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdapterFacts } from "../../../src/kernels/adapter/facts.ts";
import type { ProductFamily, ProductShape } from "../../../src/kernels/adapter/product-shape.ts";
import type { TunedVariant } from "../../../src/kernels/adapter/tuning.ts";
import { lower } from "../../../src/kernels/families/index.ts";
import { splits, variantName, variantsFor } from "../../../src/kernels/families/variants.ts";
import type { Op } from "../../../src/tensor/op.ts";
import { conv2dInputGradientOp, conv2dOp, conv2dWeightGradientOp } from "../../../src/tensor/ops/conv2d.ts";
import type { MatmulParams } from "../../../src/tensor/ops/matmul.ts";
import { matmulOp } from "../../../src/tensor/ops/matmul.ts";
import type { TensorType } from "../../../src/tensor/tensor.ts";
import { describeGpu } from "../../support/gpu.ts";
import { checkFamily } from "./check-family.ts";
import { convolution } from "./convolutions.ts";
import { adapterVariants, openDevice } from "./run-family.ts";

/** One call of a family. `terms`: products that a result may sum. */
interface Call {
  readonly op: Op<never>;
  readonly inputs: readonly TensorType[];
  readonly params: unknown;
  readonly terms: number;
}

const f32 = (shape: readonly number[]): TensorType => ({ shape, dtype: "f32" });

const product = (
  [batch, m, k, n]: readonly [number, number, number, number],
  { transposeA = false, transposeB = false }: Partial<MatmulParams> = {},
): Call => ({
  op: matmulOp as unknown as Op<never>,
  inputs: [f32(transposeA ? [batch, k, m] : [batch, m, k]), f32(transposeB ? [batch, n, k] : [batch, k, n])],
  params: { transposeA, transposeB },
  terms: k + 1,
});

/** More rows and columns than any tile, ragged; whole quads and steps; few of everything. */
const products = [
  product([2, 131, 37, 133]),
  product([1, 132, 48, 136], { transposeA: true }),
  product([3, 18, 44, 12], { transposeB: true }),
];

/** Every corner of the geometry, with ragged channels and with whole quads of them; more pixels than any tile has. */
const convolutions = [
  convolution("ragged", [2, 29, 17, 10], [3, 2, 5, 74], {
    ...{ stride: [2, 3], dilation: [2, 1], padding: [2, 1, 0, 3], groups: 2 },
  }),
  convolution("quads", [2, 9, 9, 16], [3, 3, 8, 40], { padding: [1, 1, 1, 1], groups: 2 }),
];

const calls: Readonly<Record<ProductFamily, readonly Call[]>> = {
  matmul: products,
  conv2d: convolutions.map(({ x, w, params, terms }) => ({
    ...{ op: conv2dOp as unknown as Op<never>, inputs: [f32(x), f32(w)], params, terms },
  })),
  conv2dInputGradient: convolutions.map(({ x, w, y, params, terms }) => ({
    op: conv2dInputGradientOp as unknown as Op<never>,
    ...{ inputs: [f32(y), f32(w)], params: { ...params, inputShape: x }, terms },
  })),
  conv2dWeightGradient: convolutions.map(({ x, w, y, params, terms }) => ({
    op: conv2dWeightGradientOp as unknown as Op<never>,
    ...{ inputs: [f32(x), f32(y)], params: { ...params, weightShape: w }, terms },
  })),
};

/** What this machine can run at all: its own subgroups if it has them. */
const facts = Object.values(adapterVariants())[0]!;
const forcing = (variant: TunedVariant): AdapterFacts => ({ ...facts, tuned: () => variant });

/** The products that a family sees in a call. */
function productOf(family: ProductFamily, { op, inputs, params }: Call): ProductShape {
  let seen: ProductShape | undefined;
  const tuned: NonNullable<AdapterFacts["tuned"]> = (_, shape) => {
    seen = shape;
    return undefined;
  };
  lower(family, { inputs, outputs: op.infer(inputs, params as never), params, adapter: { ...facts, tuned } });
  return seen!;
}

/** Every variant of a family with the calls that it can run, whole and, where it can be, in three parts. */
function rows(family: ProductFamily): [string, TunedVariant, Call[]][] {
  const found = new Map<string, [string, TunedVariant, Call[]]>();
  for (const [at, call] of calls[family].entries()) {
    for (const variant of variantsFor(family, productOf(family, call), facts)) {
      const parts = splits(family, variant) && at % 2 === 1 ? 3 : 1;
      const name = variantName(variant);
      const title = `${name}${parts > 1 ? `, ${parts} parts` : ""}`;
      const row = found.get(title) ?? [title, { variant: name, parts }, []];
      row[2].push(call);
      found.set(title, row);
    }
  }
  return [...found.values()];
}

const names = Object.keys(calls) as ProductFamily[];

describeGpu("every variant", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openDevice();
  });
  afterAll(() => device.destroy());

  describe.each(names)("of %s", (family) => {
    test.each(rows(family))("%s", async (_, variant, runnable) => {
      for (const { op, inputs, params, terms } of runnable) {
        const options = { terms, adapters: { [variant.variant]: forcing(variant) } };
        await checkFamily(device, op, inputs, params as never, options);
      }
    });
  });
});

describe("variants", () => {
  test("that are forced are the ones that run", () => {
    for (const family of names) {
      for (const [title, variant, runnable] of rows(family)) {
        for (const { op, inputs, params } of runnable) {
          const outputs = op.infer(inputs, params as never);
          const { dispatches } = lower(family, { inputs, outputs, params, adapter: forcing(variant) });
          const { file, constants } = dispatches[0]!;
          const ran = {
            tile: "ACROSS" in constants,
            broadcast: file.endsWith("subgroup"),
            narrow: file.endsWith("narrow"),
          };
          expect(ran, title).toMatchObject({ [variant.variant.split(" ")[0]!]: true });
          expect(dispatches.length > 1, title).toBe(variant.parts > 1);
        }
      }
    }
  });

  test("are nine tiles and, with subgroups, three more", () => {
    const all = new Set(rows("matmul").map(([, { variant }]) => variant));
    expect(all.size).toBe(facts.subgroupSize === 8 ? 12 : facts.subgroupSize === null ? 10 : 11);
  });
});
