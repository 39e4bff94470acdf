export { makeWritableFolder, reasonOf, writeAtomically } from "./atomic-file.ts";
export type { Cifar10 } from "./cifar10-files.ts";
export { readBytes, readCifar10 } from "./cifar10-files.ts";
export { waitNapping } from "./nap.ts";
export type { DeviceChoice, OpenDeviceOptions } from "./open-device.ts";
export { openDevice } from "./open-device.ts";
export type { HostTensor, SafetensorsFile } from "./safetensors.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
export { decodeTree, encodeTree, readTensors, toLeaves } from "./tree-file.ts";
