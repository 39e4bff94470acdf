import type { AdapterFacts, Family } from "../family.ts";
import { foldWorkgroups, input, output } from "../family.ts";
import { fill } from "./fill.ts";

/** Batched (b,m,k) × (b,k,n) → (b,m,n). Subgroup broadcasts on software adapters, tiles in workgroup memory elsewhere, plain sums for few columns. */
export const matmul: Family = ({ inputs, outputs, adapter }) => {
  const [batch, m, k] = inputs[0]!.shape as [number, number, number];
  const n = inputs[1]!.shape[2]!;
  if (batch * m * n === 0) return { scratch: [], dispatches: [] };
  if (k === 0) return fill(outputs[0]!, adapter);
  const operands = { reads: { a: input(0), b: input(1) }, writes: { y: output(0) } };
  const flops = 2 * batch * m * n * k;
  const sizes = { BATCH: batch, M: m, N: n, K: k };
  const lanes = n % 4 === 0 ? broadcastLanes(n, adapter) : null;
  if (lanes !== null) {
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
  if (n <= (adapter.adapterClass === "software" ? 16 : 4)) {
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
  const large = adapter.adapterClass === "discrete" && m >= 1024 && n >= 1024; // 128×128 tiles need enough workgroups
  const [rows, quads] = large ? [8, 2] : [4, 1];
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

/**
 * Lanes that share broadcast values, four columns each: a subgroup of 8, or quads, which waste less below 32 columns.
 * null where loads are cheap and workgroup memory wins, or without subgroups.
 */
export function broadcastLanes(columns: number, adapter: AdapterFacts): 4 | 8 | null {
  if (adapter.adapterClass !== "software" || adapter.subgroupSize === null || adapter.subgroupSize < 4) return null;
  return adapter.subgroupSize === 8 && columns > 16 && columns % 32 !== 16 ? 8 : 4;
}
