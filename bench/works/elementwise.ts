import { add, mul, tanh } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { spreadIndices, uniformInput } from "../random-values.ts";
import { exactly } from "../reference.ts";
import type { Work } from "../work.ts";

const formula = (x: AnyTensor): AnyTensor => mul(tanh(add(mul(x, 1.5), 0.25)), x);

/** y = tanh(1.5·x + 0.25)·x. */
function chain(name: string, count: number, heavy = false): Work {
  const inputs = { x: uniformInput([count], 3) };
  return {
    name,
    task: { kind: "chain" },
    inputs,
    initial: () => ({}),
    run: (state, { x }) => ({ state, outputs: { y: formula(x!) } }),
    reference: async () => {
      const indices = spreadIndices(count, 4096);
      const x = inputs.x.values();
      const chosen = Float32Array.from(indices, (i) => x[i]!);
      const values = await exactly(formula(hostLeaf({ shape: [indices.length], dtype: "f32" }, chosen)));
      return [[{ output: "y", indices, values, tolerance: 1e-5 }]];
    },
    flops: 4 * count,
    bytes: 8 * count,
    heavy,
  };
}

export const elementwiseChains: readonly Work[] = [chain("chain-4m", 1 << 22), chain("chain-64m", 1 << 26, true)];
