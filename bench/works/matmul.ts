import { matmul } from "../../src/tensor/ops/index.ts";
import { hostLeaf } from "../../src/tensor/tensor.ts";
import { spreadIndices, uniformInput } from "../random-values.ts";
import { exactly, leafOf } from "../reference.ts";
import type { Work } from "../work.ts";

/** y = a·b, `(m, k) × (k, n)`. */
function matrixProduct(name: string, m: number, k: number, n: number, heavy = false): Work {
  const inputs = { a: uniformInput([m, k], 1), b: uniformInput([k, n], 2) };
  return {
    name,
    task: { kind: "matmul" },
    inputs,
    initial: () => ({}),
    run: (state, { a, b }) => ({ state, outputs: { y: matmul(a!, b!) } }),
    reference: async () => {
      const rows = spreadIndices(m, 3);
      const a = inputs.a.values();
      const chosen = Float32Array.from(
        { length: rows.length * k },
        (_, i) => a[rows[Math.floor(i / k)]! * k + (i % k)]!,
      );
      const values = await exactly(
        matmul(hostLeaf({ shape: [rows.length, k], dtype: "f32" }, chosen), leafOf(inputs.b)),
      );
      const indices = rows.flatMap((row) => Array.from({ length: n }, (_, column) => row * n + column));
      return [[{ output: "y", indices, values, tolerance: 1e-4 }]];
    },
    flops: 2 * m * k * n,
    bytes: 4 * (m * k + k * n + m * n),
    heavy,
  };
}

export const matrixProducts: readonly Work[] = [
  ...[256, 512, 1024].map((size) => matrixProduct(`matmul-${size}`, size, size, size)),
  matrixProduct("matmul-4096", 4096, 4096, 4096, true),
  // a 1×1 convolution's forward pass and weight gradient, a last layer, a first layer
  matrixProduct("matmul-32768x16x16", 32768, 16, 16),
  matrixProduct("matmul-16x32768x16", 16, 32768, 16),
  matrixProduct("matmul-128x64x10", 128, 64, 10),
  matrixProduct("matmul-128x784x256", 128, 784, 256),
];
