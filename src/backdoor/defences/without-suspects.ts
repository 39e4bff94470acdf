import type { Network } from "../../nn/network.ts";
import type { Lab } from "../lab.ts";
import { trainSupervised } from "../train-supervised.ts";

/** Trains from scratch, as plain training does, on the samples that are not suspected. @param suspects - 1 for a suspect, else 0. */
export function trainWithout<P extends object, S>(lab: Lab<P, S>, suspects: Uint8Array): Promise<Network<P, S>> {
  const samples = Int32Array.from(suspects.keys()).filter((i) => suspects[i] === 0);
  return trainSupervised(lab, { name: "clean", title: "clean model", samples });
}
