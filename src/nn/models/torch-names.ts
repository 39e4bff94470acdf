import type { FileName } from "./model-family.ts";

/** How an array is laid out here and in PyTorch: as it is, a kernel HWIO ↔ OIHW, a dense weight (in,out) ↔ (out,in). */
export type WeightLayout = "same" | "kernel" | "dense";

/** One array of a convolutional network here and in PyTorch's state dict. */
export interface TorchName {
  /** Path in the tree `{ params, stats }`, such as `params.block1.0.bn1.gamma`. */
  readonly path: string;
  /** Such as `block1.layer.0.bn1.weight`. */
  readonly name: string;
  readonly layout: WeightLayout;
}

/** Path of a layer → its PyTorch name: of a wide residual network, a pre-activation ResNet, a small network. */
const layers: readonly (readonly [RegExp, string])[] = [
  [/^(?:params|stats)\.(conv1|bn1|fc|linear)$/, "$1"],
  [/^(?:params|stats)\.(block[123])\.(\d+)\.(bn1|bn2|conv1|conv2|convShortcut)$/, "$1.layer.$2.$3"],
  [/^(?:params|stats)\.(layer[1234])\.(\d+)\.(bn1|bn2|conv1|conv2)$/, "$1.$2.$3"],
  [/^params\.(layer[1234])\.(\d+)\.convShortcut$/, "$1.$2.shortcut.0"],
  [/^params\.layers\.(\d+)\.(conv|bn)$/, "layers.$1.$2"],
  [/^stats\.layers\.(\d+)$/, "layers.$1.bn"],
];

/** Last step of a path → last part of PyTorch's name. */
const leaves: Readonly<Record<string, string>> = {
  weight: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  mean: "running_mean",
  variance: "running_var",
};

/**
 * PyTorch's name of a leaf of `{ params, stats }`, as the usual code of wide residual networks and of pre-activation ResNets has it;
 * of `smallConvNet` as a list `layers` of modules with `conv` and `bn`, and `fc`.
 *
 * @returns undefined for a path that no such network has.
 * @example
 * ```ts
 * import { torchNameOf } from "deconfound/nn";
 *
 * console.log(torchNameOf("params.block1.0.bn1.gamma")?.name); // block1.layer.0.bn1.weight
 * console.log(torchNameOf("params.layer2.0.convShortcut.weight")?.name); // layer2.0.shortcut.0.weight
 * ```
 */
export function torchNameOf(path: string): TorchName | undefined {
  const [, layer, leaf] = /^(.+)\.(\w+)$/.exec(path) ?? [];
  const ending = Object.hasOwn(leaves, leaf ?? "") ? leaves[leaf!] : undefined;
  const known = layers.find(([pattern]) => pattern.test(layer ?? ""));
  if (ending === undefined || known === undefined) return undefined;
  const layout = leaf !== "weight" ? "same" : /\.(fc|linear)$/.test(layer!) ? "dense" : "kernel";
  return { path, name: `${layer!.replace(...known)}.${ending}`, layout };
}

/** Axes of our array in PyTorch's order: transpose(ours, { axes }) is PyTorch's. */
export const torchAxes: Readonly<Record<WeightLayout, readonly number[] | undefined>> = {
  same: undefined,
  kernel: [3, 2, 0, 1],
  dense: [1, 0],
};

/** Name and layout in files of a family whose every array has a {@link torchNameOf}. */
export function torchFileName(path: string): FileName {
  const torch = torchNameOf(path);
  return torch === undefined ? { name: path, axes: undefined } : { name: torch.name, axes: torchAxes[torch.layout] };
}
