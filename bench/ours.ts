import { createInterface } from "node:readline";
import { deviceFigures } from "./figures/on-device.ts";
import { openBenchDevice } from "./gpu.ts";
import { prepareWork } from "./prepared-work.ts";
import type { Hello, Request } from "./protocol.ts";
import type { Resident } from "./resident.ts";
import { works } from "./works.ts";

// Our library as a contestant: the other end of protocol.ts.

const bench = await openBenchDevice();
const say = (message: object): void => console.log(JSON.stringify(message));
const hello: Hello = { version: "deconfound", adapter: bench.device.info().description, software: bench.software };
say(hello);
let current: Resident | undefined;

async function answer(request: Request): Promise<object> {
  switch (request.do) {
    case "prepare": {
      current?.release();
      current = undefined;
      const { resident, prepared } = await prepareWork(bench, find(works, request.work), request);
      current = resident;
      return prepared;
    }
    case "time":
      return { ms: await current!.time(request.samples, request.calls) };
    case "memory":
      return { mib: process.resourceUsage().maxRSS / 1024 };
    case "measure":
      current?.release();
      current = undefined;
      return { rows: await find(deviceFigures, request.figure).measure(bench) };
  }
}

function find<T extends { readonly name: string }>(all: readonly T[], wanted: string): T {
  return all.find(({ name }) => name === wanted)!; // the driver knows the same lists
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line) as Request));
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
process.exit(0); // the driver has gone
