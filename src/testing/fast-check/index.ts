import { endOfEntry } from "../../tensor/site.ts";

export type { DType } from "../../tensor/dtype.ts";
export type { AnyOp } from "../../tensor/op.ts";
export type { ConvOptions } from "../../tensor/ops/conv2d.ts";
export type { Shape } from "../../tensor/shape.ts";
export type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
export type { PairedBatch } from "./batches.ts";
export { pairedBatch, scores } from "./batches.ts";
export type { BroadcastPair, BroadcastShapes } from "./broadcast-shapes.ts";
export { broadcastShapes, manyBroadcastShapes } from "./broadcast-shapes.ts";
export { indices } from "./indices.ts";
export { key } from "./key.ts";
export type { ProgramsOptions, RandomProgram } from "./programs.ts";
export { programs } from "./programs.ts";
export type { ShapeOptions } from "./shape.ts";
export { shape } from "./shape.ts";
export type { ConvCase, MatmulCase, ReduceCase } from "./shape-cases.ts";
export { convCase, matmulCase, reduceCase } from "./shape-cases.ts";
export type { TensorOptions, TensorValues } from "./tensor.ts";
export { tensor } from "./tensor.ts";
export type { DrawnTree, TreeSchema } from "./tree.ts";
export { tree } from "./tree.ts";

endOfEntry();
