import { attacks } from "../backdoor/attacks/index.ts";
import { ConfigError } from "../tensor/errors.ts";

const none = "none";
const attackNames: readonly string[] = [none, ...attacks.map(({ name }) => name)];

/** The option `--attack`. */
export const attackOption = {
  kind: "choices",
  default: [none] as readonly string[],
  choices: attackNames as readonly string[],
  doc: "attacks that poison the training set, each other images of it; test images with the trigger then tell how many go to its target class (ASR), and how many keep their own (RA)",
} as const;

/** The option `--attack` of a command that has another use for attacks. */
export function attackFor(doc: string): Omit<typeof attackOption, "doc"> & { readonly doc: string } {
  return { ...attackOption, doc };
}

/** The attacks that were named. @throws ConfigError for none beside others. */
export function namedAttacks(names: readonly string[]): readonly string[] {
  if (names.includes(none) && names.length > 1) {
    throw new ConfigError(`--attack: none and ${names.filter((name) => name !== none).join(", ")} exclude each other`);
  }
  return names.filter((name) => name !== none);
}
