import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { ClosingLine } from "./test/support/closing-line.ts";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}/index.ts`, import.meta.url));
/** Tests that replace a module: it must not have been loaded before. */
const mockedFiles = ["test/**/*.mocked.test.ts"];
const gpuFiles = ["test/**/*.gpu.test.ts", "test/kernels/**/*.test.ts", "test/laws/wgsl.test.ts"];

export default defineConfig({
  resolve: {
    alias: [
      { find: /^deconfound\/bundle$/, replacement: fileURLToPath(new URL("./src/bundle.ts", import.meta.url)) },
      { find: /^deconfound\/(.+)$/, replacement: source("$1") },
      { find: /^deconfound$/, replacement: source(".") },
    ],
  },
  test: {
    globalSetup: "test/support/embed.ts",
    forceRerunTriggers: ["**/*.wgsl"],
    reporters: ["default", new ClosingLine()],
    projects: [
      {
        // Files share the modules of their process: to load them again for each of 200 files took twice as long as the tests.
        extends: true,
        test: {
          name: "cpu",
          include: ["test/**/*.test.ts"],
          exclude: [...gpuFiles, ...mockedFiles],
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: "mocked", include: mockedFiles, testTimeout: 30_000, sequence: { groupOrder: 1 } },
      },
      {
        // One process and one device per file, since Dawn dislikes worker threads. Two at once: software Vulkan compiles a kernel on one
        // core, and on a machine without a cache of kernels that is most of the time.
        extends: true,
        test: {
          name: "gpu",
          include: gpuFiles,
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 240_000,
          hookTimeout: 60_000,
          // Any folder silences the Vulkan loader.
          env: { XDG_RUNTIME_DIR: process.env["XDG_RUNTIME_DIR"] ?? tmpdir() },
        },
      },
    ],
  },
});
