/** What is known of a training image: of no trigger, poisoned, or with a false trigger and its own label. */
export const sampleKinds = ["clean", "poisoned", "false trigger"] as const;

/** What a network says of the images that an {@link Evidence} is of. */
export interface NetworkEvidence {
  /** `(samples)`: cross entropy against the label in the training set, nats. */
  readonly losses: Float32Array;
  /** `(2 · test images, width)`, row-major: the representation of the clean images, then of the triggered ones; only the former without an attack. */
  readonly z: Float32Array;
  readonly width: number;
}

/** Images of one size, one after the other. */
export interface ImageStack {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** What an attack does to some test images. */
export interface TriggerSheet {
  readonly attack: string;
  readonly labels: Int32Array;
  readonly targets: Int32Array;
  readonly clean: ImageStack;
  readonly triggered: ImageStack;
  /** Absolute differences of the two, before they were made smaller, times {@link differenceFactor}. */
  readonly difference: ImageStack;
}

export const differenceFactor = 8;

/** Images with the highest suspicion, the most suspect first. */
export interface MostSuspect {
  readonly indices: Int32Array;
  readonly labels: Int32Array;
  readonly suspicion: Float32Array;
  readonly images: ImageStack;
}

/** What a training keeps of a defence for pictures of how it works. It is determined by the run. */
export interface Evidence {
  /** By label; empty without names. */
  readonly classNames: readonly string[];
  /** Training images that losses and suspicion are of: all, or of each kind some, evenly apart. Ascending. */
  readonly samples: Int32Array;
  /** Per sample its place in {@link sampleKinds}; null where nothing is known. */
  readonly kinds: Uint8Array | null;
  /** Of which it was chosen. */
  readonly trained: number;
  /** Per sample, higher is more suspect; null of a defence that ranks no images. */
  readonly suspicion: Float32Array | null;
  readonly delivered: NetworkEvidence;
  /** The network that learnt shortcuts; null of a defence that trains none. */
  readonly confounder: NetworkEvidence | null;
  /** Of the test images that representations are of: labels, and what the trigger calls for; null without an attack. */
  readonly labels: Int32Array;
  readonly targets: Int32Array | null;
  readonly sheets: readonly TriggerSheet[];
  readonly suspects: MostSuspect | null;
}
