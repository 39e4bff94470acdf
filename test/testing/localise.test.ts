import { expect, test, vi } from "vitest";
import { customVjp } from "../../src/autodiff/custom-vjp.ts";
import { add, exp, mul, neg, sin, square, sum } from "../../src/tensor/ops/index.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import * as forwardMode from "../../src/testing/forward.ts";
import { checkGrads } from "../../src/testing/index.ts";
import { worstElement } from "../../src/testing/worst-element.ts";

test("one wrong element among n is found in 1 + ⌈log₂ n⌉ derivatives", () => {
  for (const count of [1, 2, 3, 1000, 2000, 2048]) {
    for (const wrong of [0, 1, Math.floor(count / 2), count - 1].filter((at) => at < count)) {
      let calls = 0;
      const found = worstElement((from, to) => {
        calls++;
        return from <= wrong && wrong < to ? -0.25 : 0;
      }, count);
      expect(found).toBe(wrong);
      expect(calls).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(count)));
    }
  }
});

vi.mock("../../src/testing/forward.ts", { spy: true });

/** x², whose rule forgets the 2 of the one element that is 7. */
const wrongAtSeven = customVjp(
  function wrongAtSeven(x: AnyTensor) {
    return square(x);
  },
  ({ args: [x], g }) => [mul(g, mul(x, add(1, sub1(x))))],
);
const sub1 = (x: AnyTensor): AnyTensor => add(1, neg(exp(neg(mul(1e6, square(add(x, -7)))))));

test("a wrong element and op among 2,000 elements are found without a pass per element", () => {
  const values = Array.from({ length: 2000 }, (_, i) => (i === 1234 ? 7 : 1 + i / 1000));
  const f = (x: AnyTensor): AnyTensor => sum(sin(mul(wrongAtSeven(mul(x, 0.5)), 2)));
  const g = (x: AnyTensor): AnyTensor => f(mul(x, 2));
  checkGrads(g, [tensor(values.map((x) => (x === 7 ? 6 : x)))]);
  vi.mocked(forwardMode.forward).mockClear();
  expect(() => checkGrads(g, [tensor(values)])).toThrow(
    /argument 0, element \[1234\][\s\S]*VJP is wrong: customVjp\(wrongAtSeven\), input 0 of f32\[2000\] at f /,
  );
  // halving, the direction, both sides of it, the element, stopGradient, the function's definition each time and in the walk
  expect(vi.mocked(forwardMode.forward).mock.calls.length).toBeLessThanOrEqual(2 * (Math.ceil(Math.log2(2000)) + 8));
});
