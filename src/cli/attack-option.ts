import { attacks } from "../backdoor/attacks/index.ts";

const attackNames: readonly string[] = ["none", ...attacks.map(({ name }) => name)];

/** The option `--attack`. */
export const attackOption = {
  kind: "choice",
  default: "none",
  choices: attackNames as readonly string[],
  doc: "how the training set is poisoned; its trigger on test images gives ASR and RA",
} as const;
