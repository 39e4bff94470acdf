// jax-js on WebGPU: everything under jit, images NCHW, labels as one-hot rows (it has no gather of its loss).
import { readFileSync } from "node:fs";
import { defaultDevice, getWebGPUDevice, init } from "@jax-js/jax";
import { prepareKernel } from "./jax-js-kernels.mjs";
import { prepareMlp, prepareWideResNet } from "./jax-js-steps.mjs";
import { installGpu } from "./node-gpu.mjs";
import { serve } from "./serve.mjs";

const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
const { adapter, software } = await installGpu();
if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js has no WebGPU here");
defaultDevice("webgpu");
const { queue } = getWebGPUDevice();

const steps = { mlp: prepareMlp, wrn: prepareWideResNet };
await serve(
  { version: `@jax-js/jax ${version}`, adapter, software },
  {
    prepare: (task, arrays) => (steps[task.kind] ?? prepareKernel)(task, arrays),
    // all outputs of a jitted call are submitted with the first; the queue then tells when they are done
    async wait(outputs) {
      await Object.values(outputs)[0].blockUntilReady();
      await queue.onSubmittedWorkDone();
    },
  },
);
