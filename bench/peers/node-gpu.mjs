// Puts Dawn on navigator.gpu, as a browser would have it, and lets waits nap as ours do: a pending promise makes Dawn spin a core,
// which on a software adapter is half of the machine.
import { create, globals } from "webgpu";

const nowhere = new Int32Array(new SharedArrayBuffer(4));

/** One loop naps for all promises that are pending. */
let pending = 0;
async function nap() {
  for (let length = 0.05; pending > 0; length = Math.min(1, length * 1.3)) {
    await new Promise((resolve) => setImmediate(resolve));
    if (pending > 0) Atomics.wait(nowhere, 0, 0, length);
  }
}

function napping(prototype, name) {
  const method = prototype[name];
  prototype[name] = function (...args) {
    const promise = method.apply(this, args);
    const settle = () => {
      pending--;
    };
    promise.then(settle, settle);
    if (pending++ === 0) nap();
    return promise;
  };
}

/** @returns the adapter that a library gets, in words, and whether it is software. */
export async function installGpu() {
  Object.assign(globalThis, globals);
  const gpu = create([]);
  globalThis.keptGpu = gpu; // collected, every pending promise would hang for ever
  if (globalThis.navigator === undefined) {
    Object.defineProperty(globalThis, "navigator", { value: { userAgent: "node" }, configurable: true });
  }
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = (options) => requestAdapter({ ...options, powerPreference: "high-performance" });
  const { info } = await gpu.requestAdapter();
  const software = /llvmpipe|lavapipe|swiftshader|software/i.test(`${info.architecture} ${info.description}`);
  if (software) {
    napping(globalThis.GPUQueue.prototype, "onSubmittedWorkDone");
    napping(globalThis.GPUBuffer.prototype, "mapAsync");
  }
  const adapter = [info.description || info.device, info.vendor, info.architecture].filter(Boolean).join(", ");
  return { adapter, software };
}
