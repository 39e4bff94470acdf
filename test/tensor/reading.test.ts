import { expect, test } from "vitest";
import type { Tensor } from "../../src/index.ts";
import { add, mul, referenceDevice, tensor } from "../../src/index.ts";

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

async function textOfLater(run: () => Promise<unknown>): Promise<string> {
  const outcome = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  return textOf(() => {
    if (outcome !== undefined) throw outcome;
  });
}

test("reading a program, branching, and what was given away", async () => {
  const device = referenceDevice();
  expect(await textOfLater(() => add(f32(2), 1).data())).toMatchInlineSnapshot(`
    "TraceError: data: add is a program, not a value
      use device.evaluate(tree), or evaluateReference(tree), and read its result
      at reading.test.ts:L:C"
  `);
  expect(await textOfLater(() => f32(2).item())).toMatchInlineSnapshot(
    `"ShapeError: item: needs one element, this tensor is f32[2]"`,
  );
  const reads = device.compile(async (x: Tensor) => ((await x.item()) > 0 ? x : mul(x, -1)));
  expect(await textOfLater(() => reads(tensor(1)))).toMatchInlineSnapshot(`
    "TraceError: compile: the function is async
      a program is built without waiting; read values after the call
      at reading.test.ts:L:C"
  `);
  const double = device.compile(
    function double(x: Tensor) {
      return mul(x, 2);
    },
    { donate: [0] },
  );
  const x = device.put(f32(2));
  await double(x);
  expect(await textOfLater(() => x.data())).toMatchInlineSnapshot(`
    "DeviceError: data: this tensor's memory was given away
      donated to double at reading.test.ts:L:C"
  `);
  expect(await textOfLater(() => double(x))).toMatchInlineSnapshot(`
    "DeviceError: double: the memory of f32[2] was given away
      donated to double at reading.test.ts:L:C"
  `);
});

test("a tensor is no number", () => {
  const x = add(tensor(1), 1);
  expect(textOf(() => (x as unknown as number) > 1)).toMatchInlineSnapshot(`
    "TraceError: f32[] was used as a number
      for a program use greater, where, add, …; for a value await x.item()
      at reading.test.ts:L:C"
  `);
  expect(`${x as unknown as string}`).toBe("Tensor f32[]");
});
