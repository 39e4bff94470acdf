import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { expect, it } from "vitest";
import { describeGpu } from "../support/gpu.ts";

/** Runs a program with standard error on a pipe that has a name, as a shell makes it: Node's own are sockets. Gives what came out of it. */
function stderrOf(program: string): string {
  const { stdout, status } = spawnSync(
    "bash",
    [
      "-c",
      `"$0" --input-type=module -e "$1" 2>&1 >/dev/null | cat; exit "\${PIPESTATUS[0]}"`,
      process.execPath,
      program,
    ],
    { encoding: "utf8", timeout: 60_000 },
  );
  expect(status).toBe(0);
  return stdout;
}

describeGpu("the driver's harmless warnings", () => {
  it("stay off a pipe or terminal, and are told when asked", () => {
    const program = `
      import { driverNotes, openDevice } from "./dist/node/index.js";
      const device = await openDevice({ device: "gpu" });
      console.error(device.info().kind, driverNotes().every((note) => / artificially reduced from /.test(note)));
      await device.close();`;
    expect(stderrOf(program)).toBe("gpu true\n");
  });
});

it("whatever else is written to standard error meanwhile comes out", () => {
  const source = readFileSync("src/node/driver-notes.ts", "utf8");
  const program = `${transformSync(source, { loader: "ts", format: "esm" }).code}
    writeSync(2, "before\\n");
    const value = withoutDriverNotes(() => {
      writeSync(2, "Warning: maxThings artificially reduced from 9 to 3 to fit dynamic offset allocation limit.\\n");
      writeSync(2, "Error: real\\n");
      return 7;
    });
    try {
      withoutDriverNotes(() => {
        writeSync(2, "Error: without an end");
        throw new Error("mine");
      });
    } catch (error) {
      writeSync(2, "\\n" + error.message + value + "\\n");
    }`;
  expect(stderrOf(program)).toBe("before\nError: real\nError: without an end\nmine7\n");
});
