import type { AdapterFacts } from "../adapter/facts.ts";
import type { ProductFamily, ProductShape } from "../adapter/product-shape.ts";
import { cheapestParts, tileCost } from "./tile-cost.ts";
import type { TileSize } from "./tile-sizes.ts";
import { tileFits, tileSizes } from "./tile-sizes.ts";

/** Lanes of a subgroup load one element each and broadcast it: {@link broadcastRows} rows × 4·`lanes` columns. */
interface Broadcast {
  readonly kind: "broadcast";
  readonly lanes: 4 | 8;
  readonly parts: number;
}

/** One invocation per element of the result. */
interface Narrow {
  readonly kind: "narrow";
  readonly parts: 1;
}

/** Tiles in workgroup memory. */
interface Tile {
  readonly kind: "tile";
  readonly size: TileSize;
  readonly parts: number;
}

/** How products are computed. The depth is cut into `parts`, whose results a second dispatch adds in order. */
export type Variant = Broadcast | Narrow | Tile;

// Why the rules are what they are. llvmpipe's figures (Mesa 25.0.7, 256 bit, 2 vCPU) are measured, GFLOP/s; real GPUs' are derived
// (tile-sizes.ts, tile-cost.ts; bench/README.md, "On a real GPU").
//
// | llvmpipe                  | broadcast, 4 lanes | broadcast, 8 lanes | tile, 8 × 8 sums | 8 × 4, 4 × 4 | plain registers |
// |---------------------------|--------------------|--------------------|------------------|--------------|-----------------|
// | matmul 512, 1024          |                    | 47–53              | 7                | 4, 3         | 17              |
// | conv, 16 channels         | 43                 |                    |                  |              | 9               |
// | conv, 32 and 64           |                    | 58–61              |                  |              | 11–19           |
// | weight gradient, the same | 27–41              | 34–35              |                  |              |                 |
//
// On llvmpipe a load costs as much as eight to twenty multiplications, and a broadcast costs almost nothing. So one load per subgroup
// wins. Tiles of 24 rows make a large product 5 to 10 % faster (broadcastRows). Convolutions keep 16: there the gain is smaller than the
// longer compilation. With 32 rows registers spill. A tile's pipeline takes seconds to compile, so small ragged products use the narrow
// kernel (isSmall).

/** Variants that compute these products on this adapter, the rules' choice first. */
export function variantsFor(family: ProductFamily, shape: ProductShape, adapter: AdapterFacts): readonly Variant[] {
  const tiles = tileSizes
    .filter((size) => tileFits(size, adapter))
    .map((size): Tile => ({ kind: "tile", size, parts: cheapestParts(size, shape, adapter) }))
    .map((variant) => ({ variant, cost: tileCost(variant.size, shape, variant.parts, adapter) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ variant }) => variant);
  const narrow: Narrow[] = family === "matmul" && shape.columns <= 16 ? [{ kind: "narrow", parts: 1 }] : [];
  const broadcasts = broadcastsFor(family, shape, adapter);
  if (adapter.adapterClass === "software" && isSmall(shape)) return [...narrow, ...broadcasts, ...tiles];
  return adapter.adapterClass === "software"
    ? [...broadcasts, ...narrow, ...tiles]
    : [...tiles, ...narrow, ...broadcasts];
}

/** The variant of a family for some products: what was measured on this adapter if it runs, else the first of {@link variantsFor}. */
export function chooseVariant(family: "matmul", shape: ProductShape, adapter: AdapterFacts): Variant;
export function chooseVariant(family: ProductFamily, shape: ProductShape, adapter: AdapterFacts): Broadcast | Tile;
export function chooseVariant(family: ProductFamily, shape: ProductShape, adapter: AdapterFacts): Variant {
  const variants = variantsFor(family, shape, adapter);
  const measured = adapter.tuned?.(family, shape);
  const tuned = variants.find((variant) => variantName(variant) === measured?.variant);
  if (measured === undefined || tuned === undefined) return variants[0]!;
  return splits(family, tuned) ? { ...tuned, parts: Math.min(measured.parts, mostParts(shape)) } : tuned;
}

/** Whether a variant's depth can be cut into parts. */
export function splits(family: ProductFamily, variant: Variant): variant is Tile | Broadcast {
  return variant.kind === "tile" || (variant.kind === "broadcast" && family === "conv2dWeightGradient");
}

/** Parts of sixteen terms or more. */
export function mostParts({ depth }: ProductShape): number {
  return Math.max(1, Math.floor(depth / 16));
}

/** A variant's name, without its parts. */
export function variantName(variant: Variant): string {
  switch (variant.kind) {
    case "broadcast":
      return `broadcast ${variant.lanes}`;
    case "narrow":
      return "narrow";
    case "tile":
      return variant.size.name;
  }
}

/** Ragged columns whose loads, one by one, take longer to compile than the plain kernel to run. */
function isSmall({ count, rows, depth, columns }: ProductShape): boolean {
  return columns % 4 !== 0 && (columns <= 2 || count * rows * depth * columns <= 2 ** 18);
}

/** Lanes share broadcast values, four columns each: a subgroup of eight, or quads, which waste less where eight would stand half empty. */
function broadcastsFor(family: ProductFamily, shape: ProductShape, adapter: AdapterFacts): Broadcast[] {
  const { subgroupSize } = adapter;
  const { columns } = shape;
  if (subgroupSize === null || subgroupSize < 4 || (columns % 4 !== 0 && family !== "matmul")) return [];
  const byParts = (lanes: 4 | 8, parts: number): Broadcast => ({ kind: "broadcast", lanes, parts });
  if (family === "conv2dWeightGradient") return [byParts(4, broadcastParts(shape))];
  if (subgroupSize !== 8) return [byParts(4, 1)];
  return columns > 16 && columns % 32 !== 16 ? [byParts(8, 1), byParts(4, 1)] : [byParts(4, 1), byParts(8, 1)];
}

/** Rows of a broadcast product's tile: more for the same loads of b, where the last tile's empty rows are few. */
export function broadcastRows(rows: number, lanes: 4 | 8): 16 | 24 {
  return lanes === 8 && rows >= 256 ? 24 : 16;
}

/** Parts of a weight gradient's pixels: few for the two or so cores of a software adapter, of 128 terms or more. */
function broadcastParts({ count, rows, depth, columns }: ProductShape): number {
  const tiles = Math.ceil(columns / 16) * Math.ceil(rows / 16) * count;
  return Math.max(1, Math.min(Math.floor(32 / tiles), Math.floor(depth / 128)));
}
