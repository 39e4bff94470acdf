import type { Network } from "../../../nn/network.ts";
import { evaluationMode } from "../../evaluation-mode.ts";
import type { Lab } from "../../lab.ts";

/** Representations of one class, as a matrix. */
export interface ClassRows {
  readonly label: number;
  /** Indices into the training set, ascending. */
  readonly members: Int32Array;
  /** z less the class's mean, `(members, width)`, row-major. */
  readonly centred: Float64Array;
  readonly width: number;
}

/** What the last layer of a network reads, z, of every training image: by the class that the image is labelled as, centred there. */
export async function representationsOf<P, S>(lab: Lab<P, S>, network: Network<P, S>): Promise<readonly ClassRows[]> {
  const { labels, classes, count } = lab.train;
  const { z } = await lab.observe(network, ({ params, stats }, { images }) => ({
    z: lab.classifier.apply(params, stats, images, evaluationMode).z,
  }));
  const width = z.length / count;
  return Array.from({ length: classes }, (_, label) => {
    const members = Int32Array.from(labels.keys()).filter((i) => labels[i] === label);
    return { label, members, centred: centredRows(z, members, width), width };
  });
}

function centredRows(values: Float32Array, members: Int32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const i of members) for (let j = 0; j < width; j++) mean[j]! += values[i * width + j]! / members.length;
  const rows = new Float64Array(members.length * width);
  members.forEach((i, row) => {
    for (let j = 0; j < width; j++) rows[row * width + j] = values[i * width + j]! - mean[j]!;
  });
  return rows;
}
