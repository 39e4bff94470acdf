export type { Augmentation } from "./augment.ts";
export { augmentBatch, plainBatch } from "./augment.ts";
export type { BuiltinOptions } from "./builtin.ts";
export { builtinDataset } from "./builtin.ts";
export type { Dataset } from "./dataset.ts";
export { checkDataset, imageBytes, selectImages } from "./dataset.ts";
export { decodeCifar10, encodeCifar10 } from "./formats/cifar10.ts";
