import type { AdapterFacts } from "../adapter/facts.ts";
import type { ProductShape } from "../adapter/product-shape.ts";
import type { TileSize } from "./tile-sizes.ts";
import { tileColumns, tileRows, tileStep } from "./tile-sizes.ts";

/** What an adapter class is taken to be. Times are in multiply-adds of one compute unit. */
interface Machine {
  /** Workgroups that multiply at the same time. */
  readonly units: number;
  /** Invocations that a unit needs to hide its latencies. */
  readonly invocations: number;
  /** Multiply-adds of the whole adapter in the time that one f32 goes to or from memory. */
  readonly word: number;
  /** One dispatch more. */
  readonly dispatch: number;
}

// discrete: NVIDIA H200, 132 units, 30 T multiply-adds and 1.1 T f32 per second, 2 µs per dispatch. integrated: Apple M2, 10 units, 1.8 T,
// 25 G, 5 µs. software: two cores, 25 G multiply-adds, 3.6 G f32, 30 µs. From data sheets, but for software: measured on llvmpipe.
const machines: Readonly<Record<AdapterFacts["adapterClass"], Machine>> = {
  discrete: { units: 128, invocations: 256, word: 28, dispatch: 470_000 },
  integrated: { units: 10, invocations: 256, word: 72, dispatch: 900_000 },
  software: { units: 2, invocations: 1, word: 7, dispatch: 375_000 },
};

/** Estimated time of the products by tiles, in multiply-adds of one compute unit at full speed. */
export function tileCost(size: TileSize, shape: ProductShape, parts: number, adapter: AdapterFacts): number {
  const { units, invocations, word, dispatch } = machines[adapter.adapterClass];
  const [height, width] = [tileRows(size), tileColumns(size)];
  const tiles = shape.count * Math.ceil(shape.rows / height) * Math.ceil(shape.columns / width) * parts;
  const each = Math.max(1, tiles / units) + (tiles > units && tiles % units > 0 ? tail : 0); // workgroups of the busiest unit
  const busy = Math.min(1, (Math.ceil(each) * size.across * size.down) / invocations);
  const terms = Math.ceil(shape.depth / parts / tileStep) * tileStep;
  const products = (each * height * width * terms) / (size.speed[adapter.adapterClass] * busy);
  if (parts === 1) return products;
  const words = (parts + 1) * shape.count * shape.rows * shape.columns;
  return products + dispatch + (words * word) / units;
}

// A unit holds several workgroups at once, so the last round costs less than a whole one.
const tail = 0.25;

const leastTerms = 64; // a part: eight steps
const mostScratch = 2 ** 24; // elements of all parts' results: 64 MiB

const mostTerms = 2 ** 14; // per part, one by one: each may lose half a unit in the last place of the sum

/** The number of parts that costs least among those whose sums have few enough terms: a power of two. */
export function cheapestParts(size: TileSize, shape: ProductShape, adapter: AdapterFacts): number {
  const most = Math.min(1024, shape.depth / leastTerms, mostScratch / (shape.count * shape.rows * shape.columns));
  let best = 1;
  while (shape.depth / best > mostTerms && best * 2 <= most) best *= 2;
  for (let parts = best * 2; parts <= most; parts *= 2) {
    if (tileCost(size, shape, parts, adapter) < tileCost(size, shape, best, adapter)) best = parts;
  }
  return best;
}
