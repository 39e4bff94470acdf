import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { formatDuration, openProgress } from "../../src/cli/progress.ts";
import { formatTable } from "../../src/cli/table.ts";

function capture(terminal: boolean, columns = 80): { io: Io; text: () => string } {
  let text = "";
  const io: Io = {
    out: () => {},
    err: (part) => {
      text += part;
    },
    terminal,
    columns,
    onInterrupt: () => () => {},
  };
  return { io, text: () => text };
}

test("without a terminal there is a line per epoch, one after three seconds and one every ten", () => {
  const { io, text } = capture(false);
  let clock = 0;
  const progress = openProgress(io, () => clock);
  progress.step({ label: "cbd", epoch: 0.1, epochs: 4 });
  clock = 30_000;
  progress.step({ label: "cbd", epoch: 0.5, epochs: 4, loss: 2 });
  clock = 33_000;
  progress.step({ label: "cbd", epoch: 0.6, epochs: 4, loss: 2 });
  clock = 60_000;
  progress.epoch({ label: "cbd", epoch: 1, epochs: 4, loss: 1.23456, ca: 45.25, asr: 99 });
  progress.end();
  expect(text()).toBe(
    "cbd  epoch 0.5/4  loss 2.0000  ETA 3:30\ncbd  epoch 1/4  loss 1.2346  CA 45.3 %  ASR 99.0 %  ETA 3:00\n",
  );
});

test("on a terminal one line is rewritten, cut at the width, and not drawn more often than ten times a second", () => {
  const { io, text } = capture(true, 18);
  let clock = 0;
  const progress = openProgress(io, () => clock);
  progress.step({ label: "none", epoch: 0.1, epochs: 2 });
  clock = 50;
  progress.step({ label: "none", epoch: 0.2, epochs: 2 });
  clock = 200;
  progress.step({ label: "none", epoch: 0.3, epochs: 2 });
  clock = 1000;
  progress.step({ label: "none", epoch: 0.4, epochs: 2 });
  progress.end();
  const clear = "\r\u001b[2K";
  expect(text()).toBe(`${clear}none  epoch 0.1/2${clear}none  epoch 0.3/2${clear}none  epoch 0.4/2${clear}`);
});

test("there is no ETA from the first step alone", () => {
  const { io, text } = capture(true);
  let clock = 0;
  const progress = openProgress(io, () => clock);
  progress.step({ label: "scan", epoch: 1, epochs: 100, unit: "percent" });
  clock = 10_000;
  progress.step({ label: "scan", epoch: 50.5, epochs: 100, unit: "percent" });
  progress.end();
  const clear = "\r\u001b[2K";
  expect(text()).toBe(`${clear}scan  1 %${clear}scan  50 %  ETA 0:10${clear}`);
});

test("a resumed run's ETA counts from where it went on", () => {
  const { io, text } = capture(false);
  let clock = 0;
  const progress = openProgress(io, () => clock);
  progress.step({ label: "cbd", epoch: 8.5, epochs: 10 });
  clock = 1000;
  progress.epoch({ label: "cbd", epoch: 9, epochs: 10 });
  expect(text()).toBe("cbd  epoch 9/10  ETA 0:01\n");
});

test("durations and tables", () => {
  expect([formatDuration(59_600), formatDuration(3_723_000)]).toEqual(["1:00", "1:02:03"]);
  expect(formatTable(["a", "bb"], [["xyz", "1"]])).toBe("a    bb\n---  --\nxyz   1\n");
});
