import type { AdapterFacts } from "../adapter/facts.ts";

/** One size of the tiles in workgroup memory (product-tile.wgsl): across × down invocations, each 4·rowQuads rows × 4·quads columns. */
export interface TileSize {
  readonly name: string;
  readonly across: number;
  readonly down: number;
  readonly rowQuads: number;
  readonly quads: number;
  /** Share of an adapter's multiplications that it reaches when there are workgroups enough. */
  readonly speed: Readonly<Record<AdapterFacts["adapterClass"], number>>;
}

const tile = (
  name: string,
  [across, down]: readonly [number, number],
  [rowQuads, quads]: readonly [number, number],
  [software, integrated, discrete]: readonly [number, number, number],
): TileSize => ({ name, across, down, rowQuads, quads, speed: { software, integrated, discrete } });

/**
 * Named by rows × columns. Software speeds are measured on llvmpipe (bench/README.md), those of GPUs derived: 8 × 8 sums per invocation
 * take four vectors of workgroup memory for 64 multiply-adds, which keeps a card's load and multiply units busy alike; 8 × 4 take three
 * for 32, 4 × 4 two for 16. Small tiles also read each operand more often from the cache. Integrated GPUs have fewer registers.
 */
export const tileSizes: readonly TileSize[] = [
  tile("tile 128x128", [16, 16], [2, 2], [0.07, 0.4, 0.75]),
  tile("tile 128x64", [8, 16], [2, 2], [0.07, 0.45, 0.7]),
  tile("tile 64x64", [8, 8], [2, 2], [0.07, 0.5, 0.65]),
  tile("tile 128x32", [4, 16], [2, 2], [0.07, 0.5, 0.6]),
  tile("tile 64x32", [8, 8], [2, 1], [0.042, 0.5, 0.55]),
  tile("tile 32x32", [8, 8], [1, 1], [0.028, 0.4, 0.4]),
  tile("tile 128x16", [4, 16], [2, 1], [0.042, 0.4, 0.5]),
  tile("tile 64x16", [4, 16], [1, 1], [0.028, 0.35, 0.35]),
  tile("tile 16x64", [16, 4], [1, 1], [0.028, 0.35, 0.35]),
];

export const tileRows = (size: TileSize): number => 4 * size.rowQuads * size.down;
export const tileColumns = (size: TileSize): number => 4 * size.quads * size.across;

/** Terms of one step, `STEP` in product-tile.wgsl. */
export const tileStep = 8;

/** Whether the adapter has the invocations, and the bytes of workgroup memory for two halves of a step of both operands. */
export function tileFits(size: TileSize, { limits }: AdapterFacts): boolean {
  const bytes = 2 * tileStep * 4 * (tileRows(size) + tileColumns(size));
  return (
    size.across * size.down <= limits.maxComputeInvocationsPerWorkgroup &&
    bytes <= limits.maxComputeWorkgroupStorageSize
  );
}

/** What the WGSL of tiles is compiled for. */
export function tileConstants(size: TileSize): Readonly<Record<string, number>> {
  return { ACROSS: size.across, DOWN: size.down, ROW_QUADS: size.rowQuads, QUADS: size.quads };
}
