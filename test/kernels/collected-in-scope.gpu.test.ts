import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { openDevice } from "../../src/kernels/index.ts";
import { waitNapping } from "../../src/node/nap.ts";
import { add } from "../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { adapter, describeGpu } from "../support/gpu.ts";

describeGpu("a tensor that is collected inside a scope", () => {
  it("gives its memory back once: not again at the scope's end", async () => {
    const device = await openDevice({ adapter: adapter!, wait: waitNapping });
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const row = (): AnyTensor => tensor(new Float32Array(1024).fill(1));
    const kept = await device.evaluate(add(row(), row())); // also makes the plan's own memory
    const before = device.memory().tensorBytes;
    await device.scope(async (scope) => {
      await (async () => void (await scope.evaluate(add(row(), row()))))();
      const held = device.memory().tensorBytes;
      for (let k = 0; k < 100 && device.memory().tensorBytes >= held; k++) {
        collect();
        await new Promise((done) => setTimeout(done, 10));
      }
      expect(device.memory().tensorBytes).toBeLessThan(held);
    });
    expect(device.memory().tensorBytes).toBe(before);
    // memory given back twice would be handed out twice
    const [a, b] = [device.put(row()), device.put(tensor(new Float32Array(1024).fill(2)))] as [AnyTensor, AnyTensor];
    expect((await a.data())[0]).toBe(1);
    expect((await b.data())[0]).toBe(2);
    expect((await kept.data())[0]).toBe(2);
    device.close();
  });
});
