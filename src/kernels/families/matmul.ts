import type { matmulOp } from "../../tensor/ops/matmul.ts";
import { productFlops, productSizes } from "../../tensor/ops/matmul.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { DispatchSpec, FamilyOf } from "./family.ts";
import { input, output, scratch } from "./family.ts";
import { fill } from "./fill.ts";
import { blocksOf, partTerms, sumParts } from "./sum-parts.ts";
import { tileColumns, tileConstants, tileRows, tileStep } from "./tile-sizes.ts";
import { broadcastRows, chooseVariant } from "./variants.ts";

/** Batched (b,m,k) × (b,k,n) → (b,m,n), either operand perhaps lying transposed. */
export const matmul: FamilyOf<typeof matmulOp> = ({ inputs, outputs, params, adapter }) => {
  const [batch, m, k, n] = productSizes(inputs[0]!.shape, inputs[1]!.shape, params);
  if (batch * m * n === 0) return { scratch: [], dispatches: [] };
  if (k === 0) return fill(outputs[0]!, adapter);
  const operands = { reads: { a: input(0), b: input(1) }, writes: { y: output(0) } };
  const flops = productFlops([batch, m, k, n]);
  const { transposeA, transposeB } = params;
  const lying = { ALIGNED: k % 4 === 0, TRANSPOSE_A: transposeA, TRANSPOSE_B: transposeB };
  const variant = chooseVariant("matmul", { count: batch, rows: m, depth: k, columns: n }, adapter);
  if (variant.kind === "broadcast") {
    const { lanes } = variant;
    const blocks = blocksOf(k);
    const rows = transposeA ? 16 : broadcastRows(m, lanes);
    const tiles = { column_tiles: Math.ceil(n / (4 * lanes)), row_tiles: Math.ceil(m / rows) };
    const count = Math.ceil((batch * tiles.column_tiles * tiles.row_tiles) / (8 / lanes));
    return {
      scratch: [],
      dispatches: [
        {
          file: "matmul-subgroup",
          constants: {
            LANES: lanes,
            ROWS: rows,
            ...lying,
            BLOCKED: blocks.block < k,
            A_QUADS: (transposeA ? m : k) % 4 === 0,
            B_QUADS: (transposeB ? k : n) % 4 === 0,
          },
          sizes: { batch, m, n, k, ...tiles, ...blocks },
          ...operands,
          wholeQuads: n % 4 === 0,
          flops,
          workgroups: foldWorkgroups(count, adapter),
          enables: ["subgroups"],
        },
      ],
    };
  }
  if (variant.kind === "narrow") {
    const count = batch * m * n;
    return {
      scratch: [],
      dispatches: [
        {
          file: "matmul-narrow",
          constants: { ...lying, B_ADJACENT: transposeB || n === 1 },
          sizes: { m, n, k, count, ...blocksOf(k) },
          ...operands,
          flops,
          workgroups: foldWorkgroups(Math.ceil(count / 64), adapter),
        },
      ],
    };
  }
  const part = partTerms(k, variant.parts, tileStep);
  const parts = Math.ceil(k / part);
  const tiles = {
    COLUMN_TILES: Math.ceil(n / tileColumns(variant.size)),
    ROW_TILES: Math.ceil(m / tileRows(variant.size)),
  };
  const product: DispatchSpec = {
    file: "matmul",
    constants: {
      BATCH: batch,
      M: m,
      N: n,
      K: k,
      ...tiles,
      ...tileConstants(variant.size),
      TRANSPOSE_A: transposeA,
      TRANSPOSE_B: transposeB,
      A_TERMS_ADJACENT: !transposeA,
      B_TERMS_ADJACENT: transposeB,
      PART: part,
      PARTS: parts,
    },
    ...operands,
    writes: { y: parts === 1 ? output(0) : scratch(0) },
    wholeQuads: n % 4 === 0,
    flops,
    workgroups: foldWorkgroups(batch * tiles.COLUMN_TILES * tiles.ROW_TILES * parts, adapter),
  };
  return parts === 1 ? { scratch: [], dispatches: [product] } : sumParts(product, parts, batch * m * n, adapter);
};
