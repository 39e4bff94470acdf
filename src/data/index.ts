import { endOfEntry } from "../tensor/site.ts";

export type {
  BooleanOption,
  Changes,
  ChoiceOption,
  ChoicesOption,
  Form,
  NumberOption,
  Option,
  OptionRows,
  OptionsOf,
  OptionTable,
  ParsedOption,
  TextOption,
  TextsOption,
  ValueOf,
} from "../options/option.ts";
export type { AnyTensor, Tensor } from "../tensor/tensor.ts";
export type { Augmentation } from "./augment.ts";
export { augmentBatch, plainBatch } from "./augment.ts";
export type { AugmentKind } from "./augment-kind.ts";
export { augmentation, augmentKinds } from "./augment-kind.ts";
export type { BuiltinOptions } from "./builtin.ts";
export { builtinDataset } from "./builtin.ts";
export type { Dataset } from "./dataset.ts";
export { checkDataset, imageBytes, selectImages } from "./dataset.ts";
export type {
  DatasetFormat,
  DatasetParts,
  DatasetSource,
  ModelForm,
  WriteOptions,
  WrittenFile,
} from "./dataset-format.ts";
export { detectFormat } from "./detect-format.ts";
export type { DatasetDownload, DownloadFile } from "./downloads.ts";
export { datasetDownloads } from "./downloads.ts";
export type { Folder } from "./folder.ts";
export { comparePaths } from "./folder.ts";
export { cifar10, decodeCifar10, encodeCifar10 } from "./formats/cifar10.ts";
export { datasetFormats } from "./formats/index.ts";
export type { ImageDecoder, ImageFacts, ImageForm } from "./image-decoder.ts";

endOfEntry();
