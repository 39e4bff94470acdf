import type { DatasetFormat } from "../dataset-format.ts";
import { arrays } from "./arrays.ts";
import { builtin } from "./builtin.ts";
import { cifar10 } from "./cifar10.ts";
import { cifar100 } from "./cifar100.ts";
import { gtsrb } from "./gtsrb.ts";
import { idx } from "./idx.ts";
import { imageFolder } from "./image-folder.ts";
import { numpy } from "./numpy.ts";

/** Every dataset format. To add one: a file, and a row here. */
export const datasetFormats: readonly DatasetFormat[] = [
  builtin,
  imageFolder,
  cifar10,
  cifar100,
  gtsrb,
  idx,
  numpy,
  arrays,
];
