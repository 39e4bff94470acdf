import type { AnyTensor } from "../tensor.ts";
import { rotations } from "../threefry.ts";
import { add, bitOr, bitXor, shiftLeft, shiftRight } from "./elementwise.ts";

/** {@link threefryBlock} of tensors: words of keys and counters, u32, broadcast against each other. */
export function threefryBlocks(
  [k0, k1]: readonly [AnyTensor, AnyTensor],
  [c0, c1]: readonly [AnyTensor, AnyTensor],
): [AnyTensor, AnyTensor] {
  const schedule = [k0, k1, bitXor(bitXor(k0, k1), 0x1bd11bda)];
  let a = add(c0, k0);
  let b = add(c1, k1);
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8]!;
    a = add(a, b);
    b = bitXor(bitOr(shiftLeft(b, turn), shiftRight(b, 32 - turn)), a);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      a = add(a, schedule[injection % 3]!);
      b = add(add(b, schedule[(injection + 1) % 3]!), injection);
    }
  }
  return [a, b];
}
