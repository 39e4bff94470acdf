import { driverNotes } from "../node/index.ts";
import type { Device } from "../tensor/device.ts";
import { DeviceError } from "../tensor/errors.ts";
import { full } from "../tensor/ops/creation.ts";
import { matmul } from "../tensor/ops/matmul.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Command } from "./command.ts";
import { deviceConfig, deviceOption, openChosen, tuningOption } from "./device-option.ts";
import { exitCode } from "./exit-code.ts";
import { versions } from "./versions.ts";

const options = {
  device: deviceOption as typeof deviceOption,
  tuning: tuningOption as typeof tuningOption,
  json: { kind: "boolean", default: false, doc: "print the report as JSON" },
} as const;

/** `deconfound doctor`: what this machine offers, whether it computes right, and what to install. */
export const doctorCommand: Command<typeof options> = {
  name: "doctor",
  summary: "what this machine offers: adapter, driver, limits, speed; what to install when something lacks",
  options,
  async run(values, io) {
    const device = await openChosen(deviceConfig(values), io);
    try {
      const info = device.info();
      const matmulGflops = await measureMatmul(device);
      const report = { ...versions(), ...info, driverNotes: driverNotes(), matmulGflops };
      io.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
      return info.kind === "gpu" ? exitCode.ok : exitCode.onlyCpu;
    } finally {
      device.close();
    }
  },
};

const second = 1000; // ms

/**
 * Speed of square matrix products over about a second, reading of one result included.
 *
 * @returns 10⁹ floating-point operations per second; n³ products and n³ sums per matrix product.
 * @throws DeviceError if the device computes wrong.
 */
async function measureMatmul(device: Device): Promise<number> {
  const n = device.info().kind === "gpu" ? 1024 : 128;
  const multiply = device.compile((a: AnyTensor, b: AnyTensor) => matmul(a, b));
  const [a, b] = await device.evaluate([full([n, n], 1), full([n, n], 0.5)] as const);
  const time = async (calls: number): Promise<number> =>
    device.scope(async (scope) => {
      const start = performance.now();
      let product = await scope.run(multiply, a, b);
      for (let i = 1; i < calls; i++) {
        scope.free(product);
        product = await scope.run(multiply, a, b);
      }
      const values = await product.data();
      if (values.some((value) => value !== n / 2)) {
        throw new DeviceError(`doctor: a ${n}×${n} product of ones and halves is not ${n / 2} everywhere`);
      }
      return performance.now() - start;
    });
  await time(1); // compiles
  let calls = 1;
  let elapsed = await time(calls);
  while (elapsed < second / 2) {
    calls = Math.max(calls + 1, Math.min(calls * 8, Math.ceil((calls * second) / Math.max(elapsed, 1))));
    elapsed = await time(calls);
  }
  return (2 * n ** 3 * calls) / elapsed / 1e6;
}

interface Report extends ReturnType<typeof versions>, ReturnType<Device["info"]> {
  /** Harmless warnings of the driver, kept off standard error. */
  readonly driverNotes: readonly string[];
  readonly matmulGflops: number;
}

const shownLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
];

function formatReport(report: Report): string {
  const limits = shownLimits.flatMap((name) => {
    const value = report.limits[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  const rows: readonly (readonly [string, string])[] = [
    ["deconfound", report.deconfound],
    ["node", `${report.node}, ${report.platform}`],
    ["device", report.description],
    ["class", report.adapterClass],
    ["features", report.features.join(" ") || "none"],
    ...limits,
    ...report.driverNotes.map((note) => ["driver", note] as const),
    ["matmul", `${report.matmulGflops.toPrecision(3)} GFLOP/s, results right`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")}\n`;
}
