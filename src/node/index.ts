import { endOfEntry } from "../tensor/site.ts";

export type { DatasetFormat, DatasetParts } from "../data/dataset-format.ts";
export type { Folder } from "../data/folder.ts";
export type { Dataset } from "../data/index.ts";
export type { HostTensor } from "../formats/index.ts";
export type { TuneOptions, Tuning } from "../kernels/index.ts";
export type { Device } from "../tensor/device.ts";
export type { DType, NumericArray } from "../tensor/dtype.ts";
export type { Shape } from "../tensor/shape.ts";
export type { AnyTensor } from "../tensor/tensor.ts";
export { isTemporary, writeAtomically } from "./atomic-file.ts";
export { digestOf } from "./digest.ts";
export { driverNotes } from "./driver-notes.ts";
export { reasonOf } from "./file-reason.ts";
export { openFolder } from "./folder.ts";
export type { FolderLock } from "./folder-lock.ts";
export { lockFolder, lockName } from "./folder-lock.ts";
export { makeWritableFolder } from "./make-folder.ts";
export { waitNapping } from "./nap.ts";
export type { DeviceChoice, OpenDeviceOptions } from "./open-device.ts";
export { openDevice } from "./open-device.ts";
export { detectFormat, readDataset } from "./read-dataset.ts";
export { readBytes, readText } from "./read-file.ts";
export { decodeTree, encodeTree, readTensors, toLeaves } from "./tree-file.ts";
export { tune } from "./tune.ts";
export { defaultTuningPath, readTuning, writeTuning } from "./tuning-file.ts";

endOfEntry();
