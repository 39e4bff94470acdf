import { expect } from "vitest";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";

/** Each tensor near the exact one: 2⁻¹⁶ of its largest finite number; NaN and infinities in the same places. */
export async function expectNear(got: readonly AnyTensor[], exact: readonly AnyTensor[]): Promise<void> {
  for (const [i, tensor] of got.entries()) {
    const [x, y] = await Promise.all([tensor.data(), exact[i]!.data()]);
    const scale = Array.from(y).reduce(
      (largest, value) => (Number.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest),
      0,
    );
    const wrong = Array.from(x).flatMap((value, k) => {
      const want = y[k]!;
      const isNear = Object.is(value, want) || value === want || Math.abs(value - want) <= scale * 2 ** -16;
      return isNear ? [] : [`output ${i} [${k}] is ${value}, not ${want}`];
    });
    expect(wrong).toEqual([]);
  }
}
