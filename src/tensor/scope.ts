import { DeviceError } from "./errors.ts";
import type { Site } from "./site.ts";
import type { GivenAway, HeldStorage } from "./storage.ts";
import { formatGivenAway } from "./storage.ts";
import { flattenTree } from "./tree.ts";

/** What one scope made and has neither freed nor passed on. */
export interface ScopeOwner {
  /** Takes a storage; one that comes after the scope's end is released at once. */
  add(storage: HeldStorage): void;
  remove(storage: HeldStorage): void;
  /** Passes a tree's tensors to another scope, or to none: those that belong to this one. */
  pass(tree: unknown, to: ScopeOwner | undefined): void;
  /** Releases what is left. */
  end(site: Site): void;
  /** @throws DeviceError once the scope has ended. */
  check(name: string): void;
}

/** The owner for a scope that begins. */
export function scopeOwner(): ScopeOwner {
  const held = new Set<HeldStorage>();
  let ended: GivenAway | undefined;
  const owner: ScopeOwner = {
    add(storage) {
      if (ended !== undefined) return storage.release(ended);
      storage.owner = owner;
      held.add(storage);
    },
    remove(storage) {
      storage.owner = undefined;
      held.delete(storage);
    },
    pass(tree, to) {
      for (const { node } of flattenTree(tree)) {
        const storage = node.source?.kind === "device" ? (node.source.storage as HeldStorage) : undefined;
        if (storage === undefined || !held.has(storage)) continue;
        owner.remove(storage);
        to?.add(storage);
      }
    },
    end(site) {
      ended = { what: "freed at the end of its scope", site };
      for (const storage of held) storage.release(ended);
      held.clear();
    },
    check(name) {
      if (ended === undefined) return;
      throw new DeviceError(`${name}: the scope has ended`, [
        formatGivenAway({ what: "ended", site: ended.site }),
        "await all work of a scope inside its body",
      ]);
    },
  };
  return owner;
}
