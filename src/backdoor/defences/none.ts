import type { Defence } from "../defence.ts";
import { trainUndefended } from "../undefended.ts";

/** Training as if nothing were wrong: what a defence is compared with. */
export const none: Defence = {
  name: "none",
  summary: "plain training, to compare with",
  source: "stochastic gradient descent on the cross entropy",
  needs: "nothing",
  options: {},
  train: async (lab) => ({ network: await trainUndefended(lab) }),
};
