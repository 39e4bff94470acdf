import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { readText } from "../support/repository.ts";

// A defence must not choose anything by test data. It gets a lab, and a lab has no test set: neither by type, nor by an import.

const declarations = new Map(
  [
    ...readText("api/backdoor.txt").matchAll(
      /^(?:interface|type|class|function|const) (\w+)[\s\S]*?(?=^\w|$(?![\s\S]))/gm,
    ),
  ].map(([text, name]) => [name!, text] as const),
);

/** The types that a type is made of, by name, as the report of the public interface declares them. */
function typesOf(start: string, seen: Set<string> = new Set()): Set<string> {
  for (const [name] of (declarations.get(start) ?? "").matchAll(/\b[A-Z]\w+\b/g)) {
    if (seen.has(name) || !declarations.has(name)) continue;
    seen.add(name);
    typesOf(name, seen);
  }
  return seen;
}

/** What holds a test set, or was measured on one. */
const ofTestData = ["TestSet", "TriggeredSet", "Evaluation", "AttackMetrics", "EpochReport", "LabState", "Trained"];

test("no type that a lab is made of holds test data", () => {
  const known = typesOf("Lab");
  expect([...known]).toEqual(expect.arrayContaining(["Dataset", "Phase", "Predictions", "ResolvedTraining"]));
  expect(ofTestData.filter((name) => known.has(name))).toEqual([]);
});

test("the walk over types finds test data where they are", () => {
  expect(ofTestData.filter((name) => !declarations.has(name))).toEqual([]);
  const known = typesOf("TrainOptions");
  expect(ofTestData.slice(0, 3).filter((name) => !known.has(name))).toEqual([]);
});

/** The files that a file imports, and those that they import, values and types. */
function filesFrom(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, to] of readText(path).matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    filesFrom(normalize(join(dirname(path), to!)), seen);
  }
  return seen;
}

test("no file that defences import opens a lab, evaluates on a test set, or knows a truth", () => {
  const files = filesFrom("src/backdoor/defences/index.ts");
  expect(files.size).toBeGreaterThan(50);
  const forbidden = ["evaluation", "open-lab", "run-phase", "lab-state", "train", "poison", "attack", "metrics"];
  expect(forbidden.map((name) => `src/backdoor/${name}.ts`).filter((path) => files.has(path))).toEqual([]);
  expect([...files].filter((path) => path.startsWith("src/backdoor/attacks/"))).toEqual([]);
});
