import type { OcclusionMaps } from "../backdoor/scan/occlusion.ts";
import type { Dataset } from "../data/dataset.ts";

/** Mean of some maps, `(rows, columns)`. */
export function meanMap(maps: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(maps[0]!.length);
  for (const map of maps) for (let i = 0; i < mean.length; i++) mean[i]! += map[i]! / maps.length;
  return mean;
}

/** The box around all cells of a map that reach half of its peak: pixel rows and columns, both ends included. */
export interface HotSpot {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  /** Share of the image that the box takes. */
  readonly share: number;
  /** Value of the map at its peak, nats. */
  readonly peak: number;
}

/** Where a map is high; null where it is nowhere above 0. */
export function hotSpot(
  map: Float32Array,
  { rows, columns, cell }: Pick<OcclusionMaps, "rows" | "columns" | "cell">,
  { height, width }: Pick<Dataset, "height" | "width">,
): HotSpot | null {
  const peak = map.reduce((most, value) => Math.max(most, value), 0);
  if (peak <= 0) return null;
  const high = Array.from(map.keys()).filter((i) => map[i]! >= peak / 2);
  const span = (places: readonly number[], limit: number): [number, number] => [
    Math.min(...places) * cell,
    Math.min(limit, (Math.max(...places) + 1) * cell) - 1,
  ];
  const down = span(
    high.map((i) => Math.floor(i / columns)),
    Math.min(height, rows * cell),
  );
  const across = span(
    high.map((i) => i % columns),
    Math.min(width, columns * cell),
  );
  const area = (down[1] - down[0] + 1) * (across[1] - across[0] + 1);
  return { rows: down, columns: across, share: area / (height * width), peak };
}
