import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { openDevice } from "../../../src/kernels/index.ts";
import { waitNapping } from "../../../src/node/nap.ts";
import type { Device } from "../../../src/tensor/device.ts";
import { DeviceError } from "../../../src/tensor/errors.ts";
import { mul } from "../../../src/tensor/ops/elementwise.ts";
import { ones, sort, sum } from "../../../src/tensor/ops/index.ts";
import { matmul } from "../../../src/tensor/ops/matmul.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { describeGpu, gpu } from "../../support/gpu.ts";

/** What `f` throws or rejects with. */
async function refusal(f: () => unknown): Promise<unknown> {
  try {
    await f();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Ends a device while work waits, then tries everything. Every refusal is a DeviceError of this pattern; all waiting work settles. */
async function expectEnded(device: Device, end: () => unknown, pattern: RegExp): Promise<void> {
  const double = device.compile(function double(x: AnyTensor) {
    return mul(x, 2);
  });
  const square = device.compile((x: AnyTensor) => matmul(x, x));
  const x = await device.evaluate(ones([3]));
  const one = device.put(tensor([1]));
  const large = await device.evaluate(ones([400, 400]));
  await double(x);
  const waiting = [
    ...[square(large), square(large), square(large)],
    large.data(),
    device.evaluate(sort(ones([77]))),
    device.scope(async (scope) => (await scope.evaluate(sum(large))).item()),
  ];
  const settled = Promise.allSettled(waiting as Promise<unknown>[]);
  await end();
  for (const result of await settled) {
    if (result.status === "fulfilled") continue;
    expect(result.reason).toBeInstanceOf(DeviceError);
    expect(result.reason.message).toMatch(pattern);
  }
  const uses: Record<string, () => unknown> = {
    data: () => x.data(),
    item: () => one.item(),
    evaluate: () => device.evaluate(mul(x, 2)),
    "evaluate a leaf": () => device.evaluate(x),
    call: () => double(x),
    "call of a new form": () => double(ones([2, 2])),
    profile: () => double.profile(x),
    compile: () => device.compile((y: AnyTensor) => y),
    put: () => device.put(tensor([1])),
    "put of a device's tensor": () => device.put(x),
    free: () => device.free(x),
    scope: () => device.scope(async () => 1),
  };
  for (const [use, f] of Object.entries(uses)) {
    const error = await refusal(f);
    expect(error, use).toBeInstanceOf(DeviceError);
    expect((error as Error).message, use).toMatch(pattern);
  }
  expect(device.info().kind).toMatch(/gpu|reference/);
  await device.close();
  await device.close();
  expect(device.allocatedBytes()).toBe(0);
  expect(double.dump()).toMatch(/mul/);
}

const closed =
  /^(\w+|evaluate): the device is closed\n {2}closed at .*ended\.gpu\.test\.ts.*\n {2}read results before close\(\), or/;

it("a closed reference device says so, whatever is asked", async () => {
  const device = referenceDevice();
  await expectEnded(device, () => device.close(), closed);
});

describeGpu("a GPU device at its end", () => {
  it("says that it is closed, whatever is asked and whatever waits", async () => {
    const device = await openDevice({ adapter: (await gpu!.requestAdapter())!, wait: waitNapping });
    await expectEnded(device, () => device.close(), closed);
  });

  it("says that it was lost, why, and what to do", async () => {
    const own = await (await gpu!.requestAdapter())!.requestDevice();
    const device = await openDevice({ device: own, wait: waitNapping });
    const lost = /^(\w+|compile \w+): the device was lost: device was destroyed\n {2}.*open another device/;
    await expectEnded(device, () => own.destroy(), lost);
  });

  it("leaves the caller's GPUDevice alive, with its memory", async () => {
    const own = await (await gpu!.requestAdapter())!.requestDevice();
    for (let k = 0; k < 2; k++) {
      const device = await openDevice({ device: own, wait: waitNapping });
      expect([...(await (await device.evaluate(mul(tensor([1, 2]), 2))).data())]).toEqual([2, 4]);
      await device.close();
    }
    const buffer = own.createBuffer({ size: 8, usage: 0x9 }); // read back, copy to
    own.queue.submit([]);
    expect(await own.queue.onSubmittedWorkDone()).toBeUndefined();
    buffer.destroy();
    own.destroy();
    expect((await own.lost).reason).toBe("destroyed");
  });

  it("lets a worker be terminated once close() has resolved", { timeout: 120_000 }, () => {
    const built = (path: string): string => JSON.stringify(pathToFileURL(`dist/${path}`).href);
    const worker = `
      import { parentPort } from "node:worker_threads";
      import { matmul, ones } from ${built("index.js")};
      import { openDevice } from ${built("node/index.js")};
      const device = await openDevice({ device: "gpu" });
      const x = await device.evaluate(ones([400, 400]));
      const step = device.compile((a) => matmul(a, a));
      await step(x);
      parentPort.once("message", async () => {
        await device.close();
        parentPort.postMessage("closed");
      });
      parentPort.postMessage("busy");
      try {
        for (;;) await (await step(x)).data();
      } catch (error) {
        if (!/device is closed/.test(error.message)) throw error;
      }`;
    const program = `
      import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(worker)})));
      console.log(...await once(worker, "message"));
      setTimeout(() => worker.postMessage("stop"), 50);
      console.log(...await once(worker, "message"));
      await worker.terminate();
      console.log("terminated");`;
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      timeout: 100_000,
    });
    expect([stdout.trim().split("\n"), status, signal], stderr).toEqual([["busy", "closed", "terminated"], 0, null]);
  });
});
