import type { BenchDevice } from "../gpu.ts";
import type { FigureRow } from "../protocol.ts";

/** A figure that our contestant takes by itself, since it looks behind the calls. */
export interface DeviceFigure {
  readonly name: string;
  /** Left out unless it is named, or the adapter is a real GPU. */
  readonly heavy?: boolean;
  /** Left out unless it is named. */
  readonly byName?: boolean;
  measure(bench: BenchDevice): Promise<readonly FigureRow[]>;
}
