import type { Op } from "../../src/tensor/op.ts";
import { defineOp } from "../../src/tensor/op.ts";
import { add, mul } from "../../src/tensor/ops/index.ts";

/** Cubes of a vector and their sum, by a loop of its own. */
export const cubes: Op<null> = defineOp<null>({
  name: "cubes",
  infer: ([x]) => [x!, { shape: [], dtype: "f32" }],
  kernel: { source: "", workgroups: () => [1, 1, 1] },
  reference: ({ inputs: [x], outputs: [y, total] }) => {
    for (let i = 0; i < x!.length; i++) {
      y![i] = x![i]! ** 3;
      total![0]! += y![i]!;
    }
  },
  vjp: ({ g: [g, h], inputs: [x] }) => [mul(mul(3, mul(x!, x!)), add(g ?? 0, h ?? 0))],
  tolerance: { relative: 2 ** -20, absolute: 2 ** -18 },
  samples: () => [
    { inputs: [{ shape: [0], dtype: "f32" }], params: null },
    { inputs: [{ shape: [3], dtype: "f32" }], params: null },
  ],
});
