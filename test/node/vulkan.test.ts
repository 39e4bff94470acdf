import { expect, test } from "vitest";
import { explainMissingAdapter } from "../../src/node/vulkan.ts";

const mesa = { platform: "linux", loader: true, drivers: ["lvp_icd.json"], mesa: "25.0.7-2~bpo12+1" };
const explain = (facts: Partial<typeof mesa>): string => explainMissingAdapter({ ...mesa, ...facts }).join("\n");

test("each cause says what to install", () => {
  expect(explain({ loader: false })).toMatchInlineSnapshot(`
    "no WebGPU adapter: libvulkan.so.1 (the Vulkan loader) is not installed
    a software driver is enough; on Debian 12:
    echo 'deb http://deb.debian.org/debian bookworm-backports main' | sudo tee /etc/apt/sources.list.d/backports.list
    sudo apt-get update && sudo apt-get install -y libvulkan1 && sudo apt-get install -y -t bookworm-backports mesa-vulkan-drivers"
  `);
  expect(explain({ drivers: [] }).split("\n")[0]).toBe("no WebGPU adapter: no Vulkan driver is installed");
  expect(explain({ mesa: "22.3.6-1+deb12u1" })).toMatchInlineSnapshot(`
    "no WebGPU adapter: Mesa 22.3.6-1+deb12u1 is too old, WebGPU refuses it
    on Debian 12 take Mesa 25:
    echo 'deb http://deb.debian.org/debian bookworm-backports main' | sudo tee /etc/apt/sources.list.d/backports.list
    sudo apt-get update && sudo apt-get install -y libvulkan1 && sudo apt-get install -y -t bookworm-backports mesa-vulkan-drivers"
  `);
  expect(explain({}).split("\n")[0]).toBe(
    "no WebGPU adapter: the Vulkan drivers here (lvp_icd.json) offer no usable device",
  );
  expect(explain({ platform: "darwin" })).toBe("no WebGPU adapter\nupdate the graphics driver");
});
