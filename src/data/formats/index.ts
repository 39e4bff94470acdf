import type { DatasetFormat } from "../dataset-format.ts";
import { arrays } from "./arrays.ts";
import { builtin } from "./builtin.ts";
import { cifar10 } from "./cifar10.ts";

/** Every dataset format. To add one: a file, and a row here. */
export const datasetFormats: readonly DatasetFormat[] = [builtin, cifar10, arrays];
