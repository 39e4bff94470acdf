import { countingDevice } from "./counting-device.ts";

export interface RecordingDevice {
  readonly device: GPUDevice;
  /** The calls since the last `take`, one line each. */
  take(): string[];
}

const recorded =
  /^(?:create(?:Buffer|BindGroup|ShaderModule|ComputePipelineAsync|CommandEncoder)|writeBuffer|submit|beginComputePass|set\w+|dispatchWorkgroups|copyBufferToBuffer|end|finish)$/;

/** A device that computes nothing and writes down what it is asked for. Objects are named in the order of their making: buffer0, group0. */
export function recordingDevice(): RecordingDevice {
  const lines: string[] = [];
  const names = new Map<unknown, string>();
  const originals = new Map<unknown, unknown>();
  const counts = new Map<string, number>();
  const describe = (value: unknown): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
    if (typeof value === "object" && value !== null) {
      const shown = Object.entries(value).filter(([key]) =>
        ["label", "size", "offset", "buffer", "entries", "resource"].includes(key),
      );
      return `{ ${shown.map(([key, part]) => `${key}: ${describe(part)}`).join(", ")} }`;
    }
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  };
  const kinds: Readonly<Record<string, string>> = {
    createBuffer: "buffer",
    createBindGroup: "group",
    createShaderModule: "module",
    createComputePipelineAsync: "pipeline",
    createCommandEncoder: "encoder",
    beginComputePass: "pass",
    finish: "commands",
  };
  const watch = (target: object, own: string): object => {
    const proxy: object = new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (key === "queue") return watch(value as object, "queue");
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const result: unknown = (value as (...given: unknown[]) => unknown).apply(
            object,
            args.map((arg) => originals.get(arg) ?? arg),
          );
          const method = String(key);
          if (!recorded.test(method)) return result;
          const kind = kinds[method];
          const call = `${own}.${method}(${args.map(describe).join(", ")})`;
          if (kind === undefined) {
            lines.push(call);
            return result;
          }
          const number = counts.get(kind) ?? 0;
          counts.set(kind, number + 1);
          const name = `${kind}${number}`;
          lines.push(`${name} = ${call}`);
          const named = (made: object): object => {
            const watched = watch(made, name);
            names.set(watched, name);
            originals.set(watched, made);
            return watched;
          };
          return result instanceof Promise ? result.then(named) : named(result as object);
        };
      },
    });
    return proxy;
  };
  const device = watch(countingDevice().device, "device") as GPUDevice;
  return { device, take: () => lines.splice(0) };
}
