const mebibyte = 2 ** 20;
const leastBetween = 64 * mebibyte; // bytes of tensors that are made between two collections
const weight = 128 * mebibyte; // of an array that is never touched; smaller ones do not move V8
const mostRounds = 50; // V8 needs 3 to 20

/** Keeps tensors that are unreachable but not collected within bounds. */
export interface CollectionPressure {
  /** What to wait for before more is made; undefined while little was made since the last collection. */
  relief(): Promise<void> | undefined;
}

/**
 * Asks the engine for a collection when many bytes of tensors were made since the last one.
 *
 * An engine sees nothing of the memory behind a tensor, so it has no reason to collect tensors; it does count array buffers,
 * and untouched ones take no memory. What it collected it tells in later turns of the event loop.
 *
 * @param bytesInUse - of tensors, reachable or not.
 */
export function collectionPressure(bytesInUse: () => number): CollectionPressure {
  let limit = leastBetween;
  let collecting: Promise<void> | undefined;
  const witnesses = new FinalizationRegistry<() => void>((tell) => tell());
  const collect = async (): Promise<void> => {
    let told = false;
    (() => witnesses.register({}, () => (told = true)))(); // in a frame of its own: nothing refers to the object afterwards
    for (let round = 0; round < mostRounds && !told; round++) {
      try {
        new ArrayBuffer(weight);
      } catch {
        // there is not so much memory: that made the engine collect
      }
      await turn();
    }
    await turn(); // each registry is told in a turn of its own
    limit = bytesInUse() + Math.max(leastBetween, bytesInUse() / 2);
    collecting = undefined;
  };
  return {
    relief() {
      if (collecting === undefined && bytesInUse() > limit) collecting = collect();
      return collecting;
    },
  };
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
