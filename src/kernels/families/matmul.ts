import type { Family } from "../family.ts";
import { foldWorkgroups, input, output } from "../family.ts";
import { chooseMatmul } from "../variants.ts";
import { fill } from "./fill.ts";

/** Batched (b,m,k) × (b,k,n) → (b,m,n). */
export const matmul: Family = ({ inputs, outputs, adapter }) => {
  const [batch, m, k] = inputs[0]!.shape as [number, number, number];
  const n = inputs[1]!.shape[2]!;
  if (batch * m * n === 0) return { scratch: [], dispatches: [] };
  if (k === 0) return fill(outputs[0]!, adapter);
  const operands = { reads: { a: input(0), b: input(1) }, writes: { y: output(0) } };
  const flops = 2 * batch * m * n * k;
  const sizes = { BATCH: batch, M: m, N: n, K: k };
  const variant = chooseMatmul({ count: batch, rows: m, depth: k, columns: n }, adapter);
  if (variant.kind === "broadcast") {
    const { lanes } = variant;
    const tiles = { COLUMN_TILES: Math.ceil(n / (4 * lanes)), ROW_TILES: Math.ceil(m / 16) };
    const count = Math.ceil((batch * tiles.COLUMN_TILES * tiles.ROW_TILES) / (8 / lanes));
    return {
      scratch: [],
      dispatches: [
        {
          file: "matmul-subgroup",
          constants: { ...sizes, ...tiles, LANES: lanes },
          ...operands,
          flops,
          workgroups: foldWorkgroups(count, adapter),
          enables: ["subgroups"],
        },
      ],
    };
  }
  if (variant.kind === "narrow") {
    const size = batch * m * n;
    return {
      scratch: [],
      dispatches: [
        {
          file: "matmul-narrow",
          constants: { ...sizes, SIZE: size },
          ...operands,
          flops,
          workgroups: foldWorkgroups(Math.ceil(size / 64), adapter),
        },
      ],
    };
  }
  const { rows, quads } = variant;
  const tiles = { COLUMN_TILES: Math.ceil(n / (64 * quads)), ROW_TILES: Math.ceil(m / (16 * rows)) };
  return {
    scratch: [],
    dispatches: [
      {
        file: "matmul",
        constants: { ...sizes, ...tiles, ROWS: rows, QUADS: quads },
        ...operands,
        flops,
        workgroups: foldWorkgroups(batch * tiles.COLUMN_TILES * tiles.ROW_TILES, adapter),
      },
    ],
  };
};
