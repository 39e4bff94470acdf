import { attacks } from "../backdoor/attacks/index.ts";
import { ConfigError } from "../tensor/errors.ts";

const none = "none";
const attackNames: readonly string[] = [none, ...attacks.map(({ name }) => name)];

/** The option `--attack`. */
export const attackOption = {
  kind: "choices",
  default: [none] as readonly string[],
  choices: attackNames as readonly string[],
  doc: "how the training set is poisoned, each attack on other images; triggers on test images give ASR and RA",
} as const;

/** The attacks that were named. @throws ConfigError for none beside others. */
export function namedAttacks(names: readonly string[]): readonly string[] {
  if (names.includes(none) && names.length > 1) {
    throw new ConfigError(`--attack: none and ${names.filter((name) => name !== none).join(", ")} exclude each other`);
  }
  return names.filter((name) => name !== none);
}
