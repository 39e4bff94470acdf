import { ShapeError } from "../errors.ts";
import type { Op } from "../op.ts";
import { apply, defineOp } from "../op.ts";
import { checkShape, sameShape } from "../shape.ts";
import { captureSite } from "../site.ts";
import type { AnyTensor, TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { threefryBlock } from "../threefry.ts";
import { arange, zeros } from "./creation.ts";
import { add } from "./elementwise.ts";
import { checkDTypes, scalar } from "./operand.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { threefryBlocks } from "./threefry-blocks.ts";

interface ThreefryParams {
  readonly count: number;
}

/** Checks that a tensor is a key. */
export function checkKey(op: string, key: TensorType): void {
  if (key.dtype !== "u32" || !sameShape(key.shape, [2])) {
    throw new ShapeError(
      `${op}: the key is ${formatType(key)}`,
      ["expects u32[2], from random.key or split"],
      captureSite(),
    );
  }
}

/**
 * Inputs: key u32[2], first u32[]. Outputs: both words of the blocks with counters (0, first), (0, first + 1), … (wrapping), u32[count] each.
 */
export const threefryOp: Op<ThreefryParams> = defineOp<ThreefryParams>({
  name: "threefry",
  infer: ([key, first], { count }) => {
    checkDTypes("threefry", [key!, first!], ["u32"]);
    checkKey("threefry", key!);
    if (first!.shape.length !== 0) {
      throw new ShapeError(`threefry: the first counter is ${formatType(first!)}`, ["expects u32[]"], captureSite());
    }
    checkShape("threefry", [count]);
    return [
      { shape: [count], dtype: "u32" },
      { shape: [count], dtype: "u32" },
    ];
  },
  kernel: { family: "threefry" },
  reference: ({ inputs: [key, first], outputs: [high, low], params: { count } }) => {
    const words: [number, number] = [key![0]!, key![1]!];
    for (let i = 0; i < count; i++) {
      const [a, b] = threefryBlock(words, [0, (first![0]! + i) >>> 0]);
      high![i] = a;
      low![i] = b;
    }
  },
  vjp: null,
  batch: {
    outputs: ({ whole: [keys, firsts], size, params: { count } }) => {
      const word = (i: number): AnyTensor => slice(keys!, { axis: 1, start: i, stop: i + 1 }); // (s, 1)
      const counters = add(reshape(firsts!, [size, 1]), arange(count, { dtype: "u32" }));
      return threefryBlocks([word(0), word(1)], [zeros([size, count], { dtype: "u32" }), counters]);
    },
  },
  samples: () =>
    [1, 5, 300].map((count) => ({
      inputs: [
        { shape: [2], dtype: "u32", domain: { kind: "integer", below: 2 ** 32 } },
        { shape: [], dtype: "u32", domain: { kind: "integer", below: 2 ** 32 } },
      ],
      params: { count },
    })),
});

/** Both words of `count` blocks. @param first - counter of the first block; u32[] or a number. */
export function threefry(
  key: AnyTensor,
  count: number,
  first: AnyTensor | number = 0,
): readonly [AnyTensor, AnyTensor] {
  const start = typeof first === "number" ? scalar(first, "u32") : first;
  return apply(threefryOp, [key, start], { count }) as [AnyTensor, AnyTensor];
}
