import { expect, test } from "vitest";
import type { LateFinding } from "../../src/backdoor/scan/late/late-scan.ts";
import { structureOf } from "../../src/backdoor/scan/late/structure-of.ts";
import type { Scan } from "../../src/backdoor/scan/scan.ts";
import type { OpenRun } from "../../src/cli/prepare-run.ts";
import type { Progress } from "../../src/cli/progress.ts";
import { rankSuspects } from "../../src/cli/suspects.ts";
import { builtinDataset } from "../../src/data/builtin.ts";
import { referenceDevice } from "../../src/tensor/reference-device.ts";

test("what the late search found is in suspects.csv, on a page of its own and in the report", async () => {
  const train = builtinDataset({ count: 60, size: 12, seed: 1 });
  const { classes, labels } = train;
  const suspects = Int32Array.from(labels.keys()).filter((i) => i % 5 === 0);
  const isSuspect = new Set(suspects);
  const relabel = labels.map((label, i) => (!isSuspect.has(i) ? label : i % 10 === 0 ? -1 : (label + 9) % 10));
  const contradictions = Array.from({ length: classes }, (_, a) =>
    Float64Array.from({ length: classes }, (_, b) => (a === b ? 90 : (b + 1) % classes === a ? 25 : 1)),
  );
  const { kind, ...measured } = structureOf(contradictions);
  const late: LateFinding = {
    kind: "shift",
    classes: [...new Set(Array.from(suspects, (i) => labels[i]!))].sort((a, b) => a - b),
    suspects,
    score: Float64Array.from(labels, (_, i) => (isSuspect.has(i) ? 5 : 0) + i / 100),
    relabel,
    contradictions,
    numbers: { ...measured, structure: kind, learnable: 0.7, separation: 8, dropSeparation: null, broken: null },
  };
  const scan = {
    found: false,
    classes: [],
    suspects: new Int32Array(0),
    score: new Float64Array(60),
    separation: 1.2,
    threshold: 1.45,
    learnable: null,
    alarm: null,
    history: { steps: [8], losses: [new Float32Array(60).fill(2)] },
  } as unknown as Scan;
  const files = new Map<string, string | Uint8Array>();
  const notes: string[] = [];
  const run = {
    data: { train, poisoned: suspects, parts: { paths: undefined } },
    folder: { put: (name: string, content: string | Uint8Array) => files.set(name, content) },
    identity: { run: "0123456789abcdef", data: "" },
    config: { seed: 0, dataset: { folder: null, format: "builtin", options: {} } },
    device: referenceDevice(),
  } as unknown as OpenRun;
  const progress = { note: (line: string) => notes.push(line) } as unknown as Progress;

  const report = await rankSuspects(run, "cbd", { scan, late }, progress);
  expect(report).toMatchObject({ finding: "poison", estimatedPoisonRate: 20, precision: 100, recall: 100 });
  expect(notes.join()).toContain(
    "12 of 60 images (20.0 %) look poisoned, each labelled as another class than it shows",
  );
  expect([...files.keys()]).toEqual(["suspects.csv", "suspects.html"]);
  const page = String(files.get("suspects.html"));
  expect(page).toContain("12 of 60 images (20.0 %) look poisoned");
  expect(page).toContain("<td>separation of marks that are learnt early</td><td>1.20; counts above 1.45</td>");
  expect(page).toContain("<td>contradicted images that a small network tells apart</td><td>70.0 %</td>");
  expect(page).toContain("<td>contradicted images whose label falls</td><td>not asked</td>");
  expect(page).toMatch(/<td>structure of the contradictions<\/td><td>shift, \d+\.\d times the noise/);
  expect(page.match(/left out<\/td><td class="number">(\d+)/g)).not.toBeNull();
});
