import { expect, it } from "vitest";
import { cleanSubset } from "../../../src/backdoor/clean-subset.ts";
import { defences } from "../../../src/backdoor/defences/index.ts";
import { trainDefence } from "../../../src/backdoor/train.ts";
import { trainingOwners } from "../../../src/cli/option-owners.ts";
import { resolveSettings } from "../../../src/cli/settings.ts";
import { builtinDataset } from "../../../src/data/builtin.ts";
import { smallConvNet } from "../../../src/nn/models/small-conv-net.ts";
import { defaultsOf } from "../../../src/options/table.ts";
import { referenceDevice } from "../../../src/tensor/reference-device.ts";
import { flattenTree } from "../../../src/tensor/tree.ts";
import { readText } from "../../support/repository.ts";

// docs/defences.md says how a defence runs without its own term. Those that then train plainly must deliver the network of none.

/** The rows of that table: name, what `--set` takes, whether plain training is left. */
const rows = readText("docs/defences.md")
  .split("## The same steps without the method's term")[1]!
  .split("\n## ")[0]!
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => {
    const [name, settings, left] = line.split("|").slice(1) as [string, string, string];
    const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
    return { name: quoted(name)[0]!, settings: quoted(settings), plain: left.includes("plain training") };
  });

const dataset = builtinDataset({ count: 12, size: 12, seed: 3, classes: 3 });
const classifier = smallConvNet({ channels: 3, classes: 3, width: 1 });

/** Lengths of stages whose defaults are for large sets. */
const short: Readonly<Record<string, readonly string[]>> = {
  fp: ["fp.tuning.epochs=2"],
  nad: ["nad.teacher.epochs=1", "nad.student.epochs=2"],
  mcr: ["mcr.tuning.epochs=1", "mcr.curve.epochs=1"],
  anp: ["anp.mask.steps=6", "anp.mask.lr=50", "anp.threshold=0.9"],
};

async function delivered(name: string, assignments: readonly string[]): Promise<unknown> {
  const defence = defences.find((one) => one.name === name)!;
  const owner = trainingOwners.find((one) => one.name === name)!;
  const chosen = [{ owner, base: defaultsOf(defence.options) }];
  const changes = resolveSettings(chosen, trainingOwners, {
    flags: new Map(),
    assignments: [...(short[name] ?? []), ...assignments],
    classNames: [],
  });
  const { network } = await trainDefence(defence, {
    device: referenceDevice(),
    dataset,
    clean: defence.needs === "cleanSubset" ? cleanSubset(dataset, { share: 0.5 }) : undefined,
    classifier,
    options: { batch: 6, clean: { epochs: 1 }, ...changes.get(owner) },
  });
  return Promise.all(flattenTree(network).map((leaf) => leaf.data()));
}

it("every defence has a row without its term", () => {
  const own = defences.map(({ name }) => name).filter((name) => name !== "none" && name !== "cbd");
  expect(rows.map(({ name }) => name)).toEqual(own);
  expect(rows.every(({ settings }) => settings.length > 0)).toBe(true);
});

it.each(rows)("$name without its term: $settings", async ({ name, settings, plain }) => {
  const without = await delivered(name, settings);
  if (plain) expect(without).toEqual(await delivered("none", []));
  else expect(without).not.toEqual(await delivered(name, []));
});
