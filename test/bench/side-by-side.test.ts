import { execPath } from "node:process";
import { afterAll, expect, test } from "vitest";
import type { Command } from "../../bench/contestant.ts";
import { start, stopAll } from "../../bench/contestant.ts";
import { sideBySide } from "../../bench/side-by-side.ts";
import { member } from "../../bench/team.ts";
import type { Work } from "../../bench/work.ts";

afterAll(stopAll);

/** A contestant that says it computes `values`, and takes `ms`. `prepare` replaces what it does when it is given a work, `time` when it is timed. */
function fake(name: string, { values = [1, 2], ms = 2, prepare = "", time = "" }): Command {
  const script = `
    const say = (message) => console.log(JSON.stringify(message));
    say({ version: "1", adapter: "none", software: true });
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const request = JSON.parse(line);
      if (request.do === "prepare") {
        ${prepare}
        console.log("chatter of a library");
        say({ firstMs: 1, values: [[${JSON.stringify(values)}]] });
      } else {
        ${time}
        say({ ms: Array(request.samples).fill(${ms}) });
      }
    });`;
  return { name, file: execPath, args: ["-e", script] };
}

const work: Work = {
  name: "nothing",
  task: { kind: "nothing" },
  inputs: {},
  initial: () => ({}),
  run: (state) => ({ state, outputs: {} }),
  reference: async () => [[{ output: "y", indices: [0, 1], values: [1, 2], tolerance: 1e-3 }]],
  flops: 1,
  bytes: 1,
};

async function compare(ours: Command, ...peers: Command[]) {
  const failures: string[] = [];
  const [own, ...others] = [ours, ...peers].map((command) => member(command, { heavy: true, compiles: false }));
  const team = { ours: own!, peers: others, fail: (message: string) => failures.push(message) };
  return { rows: await sideBySide(work, team), failures };
}

test("who is right gets a row, who is wrong, dies or refuses does not", async () => {
  const { rows, failures } = await compare(
    fake("ours", { ms: 2 }),
    fake("right", { values: [1.0001, 2], ms: 6 }),
    fake("wrong", { values: [1, 2.1] }),
    fake("short", { values: [1] }),
    fake("dead", { prepare: "console.error('no memory'); process.exit(3);" }),
    fake("tired", { time: "process.exit(4);" }),
    fake("refusing", { prepare: "return say({ error: 'no such kernel' });" }),
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    work: "nothing",
    ours: 2,
    peer: { name: "right", value: 6, ratio: 3, min: 3, max: 3 },
  });
  expect(failures).toHaveLength(5);
  expect(failures[0]).toContain("wrong is wrong in nothing: y[1] of call 1 is 2.1, the reference says 2");
  expect(failures[1]).toContain("short is wrong");
  expect(failures[2]).toMatch(/dead ended \(exit code 3\):\nno memory/);
  expect(failures[3]).toContain("refusing cannot prepare nothing: no such kernel");
  expect(failures[4]).toContain("tired ended (exit code 4)");
});

test("without us there is no comparison, without peers a row of ours", async () => {
  expect((await compare(fake("ours", { values: [0, 0] }), fake("right", {}))).rows).toEqual([]);
  expect((await compare(fake("ours", {}))).rows).toMatchObject([{ work: "nothing", ours: 2 }]);
});

test("a contestant that is too slow is stopped, and started afresh", async () => {
  const slow = await start(fake("slow", { prepare: "return;" }));
  const request = { do: "prepare", work: "nothing", task: {}, file: "", entries: [], wanted: [] } as const;
  await expect(slow.ask(request, 50)).rejects.toThrow("slow took more than 0.05 s to prepare nothing");
  expect(slow.alive()).toBe(false);
  await expect(slow.ask(request, 50)).rejects.toThrow("took more");
  const again = member(fake("again", {}), { heavy: true, compiles: false });
  const first = await again.ready();
  expect(await again.ready()).toBe(first);
  first.stop();
  expect(await again.ready()).not.toBe(first);
});

test("one that does not start says why", async () => {
  await expect(start({ name: "absent", file: "/nowhere/python3", args: [] })).rejects.toThrow("absent does not start");
});
