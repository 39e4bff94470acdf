import type { AdapterFacts } from "./family.ts";

/** Matrix products that a family computes: `count` of them, each `rows` × `depth` by `depth` × `columns`. */
export interface ProductShape {
  readonly count: number;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
}

/** Lanes of a subgroup load one element each and broadcast it: 16 rows × 4·`lanes` columns. */
export interface Broadcast {
  readonly kind: "broadcast";
  readonly lanes: 4 | 8;
}

/** Tiles in workgroup memory: each invocation computes `rows` rows × `quads` groups of four columns (matmul), 4 × 4 (convolutions). */
export interface Tile {
  readonly kind: "tile";
  readonly rows: number;
  readonly quads: number;
}

/** One invocation an element of the result. */
export interface Narrow {
  readonly kind: "narrow";
}

// Why the rules are what they are. llvmpipe's figures (Mesa 25.0.7, 256 bit, 2 vCPU) are measured, GFLOP/s; those of real GPUs
// are derived from the hardware's limits.
//
// | llvmpipe              | broadcast, 4 × 16 | broadcast, 8 × 32 | tile 64×64 | plain registers |
// |-----------------------|-------------------|-------------------|------------|-----------------|
// | matmul 512            |                   | 47–53             | 7–11       | 17              |
// | conv 16 channels      | 43                |                   |            | 9               |
// | conv 32, 64           |                   | 58–61             |            | 11–19           |
// | weight gradient, same | 27–41             | 34–35             |            |                 |
//
// There every load costs as much as eight to twenty multiplications and a broadcast next to nothing, so one load a subgroup wins;
// 24 rows gain 10 % and compile slower, 32 rows spill. A tile's first call takes seconds, so few columns go without.

/** Variant of a batched matrix product. */
export function chooseMatmul({ rows, columns }: ProductShape, adapter: AdapterFacts): Broadcast | Tile | Narrow {
  const lanes = broadcastLanes(columns, adapter);
  if (lanes !== null) return { kind: "broadcast", lanes };
  if (columns <= (adapter.adapterClass === "software" ? 16 : 4)) return { kind: "narrow" };
  const large = adapter.adapterClass === "discrete" && rows >= 1024 && columns >= 1024; // 128×128 tiles need enough workgroups
  return large ? { kind: "tile", rows: 8, quads: 2 } : { kind: "tile", rows: 4, quads: 1 };
}

/** Variant of a convolution or its input gradient: rows are pixels of one residue, columns result channels of a group. */
export function chooseConv2d({ columns }: ProductShape, adapter: AdapterFacts): Broadcast | Tile {
  const lanes = broadcastLanes(columns, adapter);
  return lanes === null ? { kind: "tile", rows: 4, quads: channelQuads(columns) } : { kind: "broadcast", lanes };
}

/** Variant of a convolution's weight gradient (rows are taps × channels, columns result channels of a group), and terms a part. */
export function chooseConv2dWeight(
  shape: ProductShape,
  adapter: AdapterFacts,
): { readonly variant: Broadcast | Tile; readonly part: number } {
  const { columns } = shape;
  if (broadcastLanes(columns, adapter) !== null) {
    return {
      variant: { kind: "broadcast", lanes: 4 },
      part: partOf(shape, { rows: 16, columns: 16, step: 4 }, adapter),
    };
  }
  const quads = channelQuads(columns);
  return {
    variant: { kind: "tile", rows: 4, quads },
    part: partOf(shape, { rows: 64, columns: 16 * quads, step: 16 }, adapter),
  };
}

/**
 * Lanes that share broadcast values, four columns each: a subgroup of 8, or quads, which waste less below 32 columns.
 * null where loads are cheap and workgroup memory wins, without subgroups, or without whole quads of columns.
 */
function broadcastLanes(columns: number, adapter: AdapterFacts): 4 | 8 | null {
  const { adapterClass, subgroupSize } = adapter;
  if (adapterClass !== "software" || subgroupSize === null || subgroupSize < 4 || columns % 4 !== 0) return null;
  return subgroupSize === 8 && columns > 16 && columns % 32 !== 16 ? 8 : 4;
}

/** Groups of 16 channels that a tile spans. */
function channelQuads(columns: number): 1 | 2 | 4 {
  return columns > 32 ? 4 : columns > 16 ? 2 : 1;
}

/** Terms a part: few parts for the two or so cores of a software adapter, hundreds of workgroups elsewhere; whole steps. */
function partOf(
  { count, rows, depth, columns }: ProductShape,
  tile: { readonly rows: number; readonly columns: number; readonly step: number },
  adapter: AdapterFacts,
): number {
  const tiles = Math.ceil(columns / tile.columns) * Math.ceil(rows / tile.rows) * count;
  const wanted = adapter.adapterClass === "software" ? 32 : adapter.adapterClass === "integrated" ? 128 : 512;
  const split = Math.max(1, Math.min(Math.floor(wanted / tiles), Math.floor(depth / 128)));
  return Math.ceil(depth / split / tile.step) * tile.step;
}
