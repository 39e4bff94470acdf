import { endOfEntry } from "../../tensor/site.ts";

export type { Tensor } from "../../tensor/tensor.ts";
export type { BroadcastPair } from "./broadcast-shapes.ts";
export { broadcastShapes } from "./broadcast-shapes.ts";
export type { ShapeOptions } from "./shape.ts";
export { shape } from "./shape.ts";
export type { TensorValues } from "./tensor.ts";
export { tensor } from "./tensor.ts";

endOfEntry();
