import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Tensor } from "../../src/index.ts";
import { cast, exp, grad, matmul, mul, sum, tensor, vjp } from "../../src/index.ts";

// Error texts are interface: what disagrees, what was given, how to mend it, and the user's own line.

/** A tensor whose shape the compiler does not know, so that the check at run time is the one that speaks. */
const f32 = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape });

function textOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message.replace(/:\d+:\d+/g, ":L:C")}`;
  }
  return "nothing was thrown";
}

test("the line is the user's, whatever function of the library found the fault", () => {
  const source = readFileSync(new URL(import.meta.url), "utf8").split("\n");
  const lineOf = (mark: string): number => source.findIndex((line) => line.endsWith(`// ${mark}`)) + 1;
  function loss(): unknown {
    return matmul(f32(2, 3), f32(4, 5)); // the product
  }
  function wide(): unknown {
    return f32(2, 3)
      .sum({ axis: -1 as number })
      .add(f32(4)); // the method
  }
  const cause = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  expect(cause(loss)).toMatch(new RegExp(`at loss \\(errors\\.test\\.ts:${lineOf("the product")}:\\d+\\)$`));
  expect(cause(wide)).toMatch(new RegExp(`at wide \\(errors\\.test\\.ts:${lineOf("the method")}:\\d+\\)$`));
});

test("gradients", () => {
  expect(textOf(() => grad((x: Tensor) => exp(x))(f32(3)))).toMatchInlineSnapshot(`
    "GradientError: grad: the loss is f32[3], not an f32 scalar
      take its sum or mean; for more outputs use vjp or jacobian
      at errors.test.ts:L:C"
  `);
  expect(textOf(() => grad((x: Tensor) => cast(sum(x), "i32"))(f32(3)))).toMatchInlineSnapshot(`
    "GradientError: grad: the loss is i32[], not an f32 scalar
      cast it to f32
      at errors.test.ts:L:C"
  `);
  expect(
    textOf(() => grad((p: { w: Tensor<[1], "i32"> }) => sum(cast(p.w, "f32")))({ w: tensor([1], { dtype: "i32" }) })),
  ).toMatchInlineSnapshot(`
    "GradientError: grad: argument 0.w is i32[1]; only f32 has a gradient
      leave the argument out of argnums, or let the function capture it
      at errors.test.ts:L:C"
  `);
  expect(textOf(() => grad((p: { rate: number }) => mul(tensor(1), p.rate))({ rate: 2 }))).toMatchInlineSnapshot(`
    "GradientError: grad: argument 0.rate is a number, not a tensor
      pass tensor(2), or leave the argument out of argnums
      at errors.test.ts:L:C"
  `);
  expect(textOf(() => vjp((x: Tensor) => exp(x), f32(2)).pullback(f32(3)))).toMatchInlineSnapshot(`
    "GradientError: vjp: the value is f32[2], but f32[3] was given for it
      at errors.test.ts:L:C"
  `);
});
