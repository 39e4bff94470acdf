import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LazyFolder } from "./run-folder.ts";
import type { AttackSaving } from "./train-attack.ts";

/**
 * The end of the name of the folder that keeps what attacks have learned so far. It lies beside the folder of the poisoned set, which
 * is written as a whole when all is known.
 */
export const unfinishedEnd = ".unfinished";

/** Saves attacks for a command that goes on when it is given again. */
export function savingUnfinished(folder: LazyFolder): AttackSaving {
  return {
    goOn: "the same command",
    open: async () => void (await folder.open()),
    async save(name, content) {
      const opened = (await folder.open())!;
      opened.put(name, content);
      return opened.flush();
    },
  };
}

/** Removes files of attacks, which lie in the set by now, and their folder if nothing else is in it. */
export function removeUnfinished(path: string, files: readonly { readonly name: string }[]): void {
  if (!existsSync(path)) return;
  for (const { name } of files) rmSync(join(path, name), { force: true });
  if (readdirSync(path).length === 0) rmdirSync(path);
}
