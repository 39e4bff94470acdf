import { DeviceError, TraceError } from "./errors.ts";
import type { ScopeOwner } from "./scope.ts";
import type { Site } from "./site.ts";
import { formatSite } from "./site.ts";
import type { AnyTensor, Storage } from "./tensor.ts";
import { formatType } from "./tensor.ts";

/** Why memory is no longer its tensor's own (`donated to step`, `freed`), and where that happened. */
export interface GivenAway {
  readonly what: string;
  readonly site: Site;
}

/** A tensor's memory, as long as a device holds it. */
export interface HeldStorage extends Storage {
  /** The scope at whose end it goes back, if any. */
  owner: ScopeOwner | undefined;
  /** Gives the memory back. */
  release(why: GivenAway): void;
}

/** `freed at loop (train.ts:12:5)`. */
export function formatGivenAway({ what, site }: GivenAway): string {
  const where = formatSite(site);
  return where === undefined ? what : `${what} at ${where}`;
}

/**
 * Where a leaf lives on `device`; undefined for a leaf on the host.
 *
 * @throws TraceError for a program; DeviceError for a tensor of another device, or one that was given away.
 */
export function storageOf<S extends Storage>(tensor: AnyTensor, device: object, name: string): S | undefined {
  const { source, site } = tensor.node;
  if (source?.kind === "host") return undefined;
  if (source?.kind !== "device") {
    const mend = "use device.evaluate(tree) first";
    throw new TraceError(`${name}: ${formatType(tensor)} is a program, not a value`, [mend], site);
  }
  const { storage } = source;
  if (storage.device !== device) {
    throw new DeviceError(`${name}: ${formatType(tensor)} lives on another device`, [
      "read it there and put it here: device.put(tensor(await x.data(), { shape: x.shape }))",
    ]);
  }
  if (storage.gone !== undefined) {
    throw new DeviceError(`${name}: the memory of ${formatType(tensor)} was given away`, [storage.gone]);
  }
  return storage as S;
}

/** What every use of a closed device throws. */
export function closedError(name: string, site: Site): DeviceError {
  return new DeviceError(`${name}: the device is closed`, [
    formatGivenAway({ what: "closed", site }),
    "read results before close(), or open another device",
  ]);
}
