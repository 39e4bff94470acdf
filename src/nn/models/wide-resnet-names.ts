/** How an array is laid out here and in PyTorch: as it is, a kernel HWIO ↔ OIHW, a dense weight (in,out) ↔ (out,in). */
export type WeightLayout = "same" | "kernel" | "dense";

/** One array of a wide residual network here and in PyTorch's state dict. */
export interface TorchName {
  /** Path in the tree `{ params, stats }`, such as `params.block1.0.bn1.gamma`. */
  readonly path: string;
  /** Such as `block1.layer.0.bn1.weight`. */
  readonly name: string;
  readonly layout: WeightLayout;
}

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
 * PyTorch's name of a leaf of `{ params: WrnParams, stats: WrnStats }`, as the usual WRN code has it.
 *
 * @returns undefined for a path that no such network has.
 * @example
 * ```ts
 * import { torchNameOf } from "deconfound/nn";
 *
 * console.log(torchNameOf("params.block1.0.bn1.gamma")?.name); // block1.layer.0.bn1.weight
 * ```
 */
export function torchNameOf(path: string): TorchName | undefined {
  const match =
    /^(?:params|stats)\.(?:(conv1|bn1|fc)|(block[123])\.(\d+)\.(bn1|bn2|conv1|conv2|convShortcut))\.(\w+)$/.exec(path);
  if (match === null) return undefined;
  const [, top, block, index, inner, leaf] = match;
  const ending = leaves[leaf!];
  if (ending === undefined) return undefined;
  const layer = top ?? inner!;
  const prefix = top ?? `${block}.layer.${index}.${inner}`;
  const layout = leaf !== "weight" ? "same" : layer === "fc" ? "dense" : "kernel";
  return { path, name: `${prefix}.${ending}`, layout };
}

/** Axes of our array in PyTorch's order: transpose(ours, { axes }) is PyTorch's. */
export const torchAxes: Readonly<Record<WeightLayout, readonly number[] | undefined>> = {
  same: undefined,
  kernel: [3, 2, 0, 1],
  dense: [1, 0],
};
