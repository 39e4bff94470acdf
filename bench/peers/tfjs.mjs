// TensorFlow.js on its WebGPU backend: eager, NHWC as ours, labels as one-hot rows.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { installGpu } from "./node-gpu.mjs";
import { serve } from "./serve.mjs";
import { prepareKernel } from "./tfjs-kernels.mjs";
import { prepareMlp, prepareWideResNet } from "./tfjs-steps.mjs";

const require = createRequire(import.meta.url);
const { adapter, software } = await installGpu();
// the backend asks for its features in a nested list, which Dawn refuses
const requestAdapter = navigator.gpu.requestAdapter;
navigator.gpu.requestAdapter = async (options) => {
  const found = await requestAdapter(options);
  const requestDevice = found.requestDevice.bind(found);
  found.requestDevice = (descriptor) =>
    requestDevice({ ...descriptor, requiredFeatures: [...(descriptor.requiredFeatures ?? [])].flat() });
  return found;
};
const tf = require("@tensorflow/tfjs"); // the whole package: its core alone knows no gradients
require("@tensorflow/tfjs-backend-webgpu");
if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js has no WebGPU here");
await tf.ready();

const { version } = JSON.parse(readFileSync(require.resolve("@tensorflow/tfjs/package.json"), "utf8"));
const steps = { mlp: prepareMlp, wrn: prepareWideResNet };
await serve(
  { version: `@tensorflow/tfjs ${version}`, adapter, software },
  {
    prepare: (task, arrays) => (steps[task.kind] ?? prepareKernel)(tf, task, arrays),
    async wait() {
      const backend = tf.backend();
      if (backend.commandEncoder) {
        backend.endComputePassEncoder();
        backend.submitQueue();
      }
      await backend.queue.onSubmittedWorkDone();
    },
  },
);
