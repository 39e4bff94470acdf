/** What a device was asked for since the last {@link CountingDevice.reset}. */
export interface Counts {
  submits: number;
  dispatches: number;
  /** New buffers, bind groups and pipelines. */
  buffers: number;
  bindGroups: number;
  pipelines: number;
  /** WGSL of the pipelines that ran. */
  readonly ran: Set<string>;
}

export interface CountingDevice {
  readonly device: GPUDevice;
  readonly counts: Counts;
  reset(): void;
}

/**
 * A WebGPU device without a GPU, which counts what it is asked for and computes nothing: reads give zeros. It says it is
 * llvmpipe with 256-bit vectors, so plans are the same on every machine.
 */
export function countingDevice(): CountingDevice {
  const zero = (): Counts => ({
    ...{ submits: 0, dispatches: 0, buffers: 0, bindGroups: 0, pipelines: 0 },
    ran: new Set(),
  });
  const counts = zero();
  const reset = (): void => {
    const { ran, ...numbers } = zero();
    Object.assign(counts, numbers);
    counts.ran.clear();
  };
  const nothing = (): void => undefined;
  const device = {
    features: new Set(["subgroups"]),
    limits: {
      ...{
        maxStorageBuffersPerShaderStage: 16,
        maxDynamicStorageBuffersPerPipelineLayout: 8,
        maxStorageBufferBindingSize: 2 ** 27,
        maxBufferSize: 2 ** 32 - 1,
      },
      ...{ maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 1024 },
      ...{ maxComputeWorkgroupSizeX: 1024, maxComputeWorkgroupSizeY: 1024, maxComputeWorkgroupSizeZ: 1024 },
      ...{ maxComputeWorkgroupsPerDimension: 65535, minUniformBufferOffsetAlignment: 256 },
    },
    adapterInfo: {
      ...{ vendor: "mesa", architecture: "software", device: "", description: "llvmpipe" },
      ...{ subgroupMinSize: 8, subgroupMaxSize: 8 },
    },
    lost: new Promise(nothing),
    addEventListener: nothing,
    removeEventListener: nothing,
    destroy: nothing,
    pushErrorScope: nothing,
    popErrorScope: async () => null,
    createBuffer({ size }: { size: number }) {
      counts.buffers++;
      return { size, destroy: nothing, mapAsync: async () => undefined, getMappedRange: () => new ArrayBuffer(size) };
    },
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup() {
      counts.bindGroups++;
      return {};
    },
    createShaderModule: ({ code }: { code: string }) => ({ code }),
    async createComputePipelineAsync({ compute }: { compute: { module: { code: string } } }) {
      counts.pipelines++;
      return { code: compute.module.code, getBindGroupLayout: () => ({}) };
    },
    createCommandEncoder: () => ({
      copyBufferToBuffer: nothing,
      finish: () => ({}),
      beginComputePass: () => ({
        setPipeline: ({ code }: { code: string }) => void counts.ran.add(code),
        setBindGroup: nothing,
        dispatchWorkgroups: () => void counts.dispatches++,
        end: nothing,
      }),
    }),
    queue: {
      submit: () => void counts.submits++,
      writeBuffer: nothing,
      onSubmittedWorkDone: async () => undefined,
    },
  };
  return { device: device as unknown as GPUDevice, counts, reset };
}
