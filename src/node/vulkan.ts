import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { env, platform } from "node:process";

/** What decides on Linux whether an adapter can appear. */
export interface VulkanFacts {
  readonly platform: string;
  /** libvulkan.so.1 was found. */
  readonly loader: boolean;
  /** Driver manifests, such as `lvp_icd.json`. */
  readonly drivers: readonly string[];
  /** Version of Debian's package mesa-vulkan-drivers, if that is installed. */
  readonly mesa: string | undefined;
}

const loaderFolders = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
  "/lib",
];
const driverFolders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/** Looks at the system's files; runs nothing. */
export function readVulkanFacts(): VulkanFacts {
  const folders = [...(env["LD_LIBRARY_PATH"]?.split(":") ?? []), ...loaderFolders];
  const named = (env["VK_DRIVER_FILES"] ?? env["VK_ICD_FILENAMES"])?.split(":");
  return {
    platform,
    loader: folders.some((folder) => existsSync(`${folder}/libvulkan.so.1`)),
    drivers: named?.filter((file) => existsSync(file)) ?? driverFolders.flatMap(manifestsIn),
    mesa: debianVersion("mesa-vulkan-drivers"),
  };
}

function manifestsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return []; // absent, or not to be read: the loader finds nothing there either
  }
}

function debianVersion(name: string): string | undefined {
  const list = "/var/lib/dpkg/status";
  if (!statSync(list, { throwIfNoEntry: false })?.isFile()) return undefined;
  const record = readFileSync(list, "utf8")
    .split("\n\n")
    .find((text) => text.startsWith(`Package: ${name}\nStatus: install ok installed`));
  return /^Version: (\S+)/m.exec(record ?? "")?.[1];
}

const oldestMesa = 23;

const backports = [
  "echo 'deb http://deb.debian.org/debian bookworm-backports main' | sudo tee /etc/apt/sources.list.d/backports.list",
  "sudo apt-get update && sudo apt-get install -y libvulkan1 && sudo apt-get install -y -t bookworm-backports mesa-vulkan-drivers",
];

/**
 * Why no adapter appeared, and what to install.
 *
 * @returns first the cause, then the mend, a line each.
 */
export function explainMissingAdapter(facts: VulkanFacts): readonly [cause: string, ...mend: string[]] {
  if (facts.platform !== "linux") return ["no WebGPU adapter", "update the graphics driver"];
  const debian = ["a software driver is enough; on Debian 12:", ...backports];
  if (!facts.loader) return ["no WebGPU adapter: libvulkan.so.1 (the Vulkan loader) is not installed", ...debian];
  if (facts.drivers.length === 0) return ["no WebGPU adapter: no Vulkan driver is installed", ...debian];
  const major = facts.mesa === undefined ? undefined : Number.parseInt(facts.mesa.replace(/^\d+:/, ""), 10);
  if (major !== undefined && major < oldestMesa) {
    return [
      `no WebGPU adapter: Mesa ${facts.mesa} is too old, WebGPU refuses it`,
      "on Debian 12 take Mesa 25:",
      ...backports,
    ];
  }
  return [
    `no WebGPU adapter: the Vulkan drivers here (${facts.drivers.join(", ")}) offer no usable device`,
    "update the graphics driver, or add Mesa's software driver; on Debian 12:",
    ...backports,
  ];
}
