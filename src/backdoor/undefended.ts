import type { Network } from "../nn/network.ts";
import type { Lab } from "./lab.ts";
import { trainSupervised } from "./train-supervised.ts";

/**
 * Trains the lab's classifier as if nothing were wrong, as the delivered model is trained. The result is the same, bit for bit, under
 * every name.
 *
 * @param name - of the phase.
 */
export function trainUndefended<P extends object, S>(lab: Lab<P, S>, name = "clean"): Promise<Network<P, S>> {
  return trainSupervised(lab, { name, ...(name === "clean" ? {} : { title: `${name} model` }) });
}
