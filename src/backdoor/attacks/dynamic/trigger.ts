import { add, div, mul, sub } from "../../../tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../tensor/tensor.ts";
import type { Generator } from "./generator.ts";
import { applyGenerator, threshold } from "./generator.ts";

/** Means and deviations of the channels of the training images, in [0, 1]: what the networks' inputs are normalised by. */
export interface Scale {
  readonly mean: AnyTensor;
  readonly deviation: AnyTensor;
}

/** What makes a trigger from an image. */
export interface TriggerNetworks {
  /** G: `c` channels out. */
  readonly pattern: Generator;
  /** M: one channel out. */
  readonly mask: Generator;
  readonly scale: Scale;
}

export function normalised(x: AnyTensor, { mean, deviation }: Scale): AnyTensor {
  return div(sub(x, mean), deviation);
}

/** thr(M(x)) in evaluation mode, `(n, h, w, 1)`. */
export function maskOf({ mask, scale }: TriggerNetworks, x: AnyTensor): AnyTensor {
  return threshold(applyGenerator(mask, normalised(x, scale), { train: false, out: 1 }).y);
}

/** x + (pattern − x)·mask */
export function mixed(x: AnyTensor, pattern: AnyTensor, mask: AnyTensor): AnyTensor {
  return add(x, mul(sub(pattern, x), mask));
}

/**
 * Images with the trigger of others, or of themselves.
 *
 * @param x - `(n, h, w, c)` in [0, 1]; `source` - the images that the triggers are made from.
 */
export function withTrigger(networks: TriggerNetworks, x: AnyTensor, source: AnyTensor): AnyTensor {
  const inputs = normalised(source, networks.scale);
  const pattern = applyGenerator(networks.pattern, inputs, { train: false, out: x.shape[3]! }).y;
  return mixed(x, pattern, maskOf(networks, source));
}
