// Scans of sets whose poison is known, one line each: what the table of docs/auto.md is made by.
//   npm run build && node scripts/run.mjs bench/scans.ts DIR ATTACK[:RATE[:TARGET]][+ATTACK…] SEED[,SEED…] [limit=N] [classes=N] [rarest=SHARE] [noise=SHARE]
// DIR: a data set, or builtin. ATTACK: a name of `attacks`, or none. An attack's own training comes first, and is not counted. Where suspects are found, a second line says which share of the test images,
// clean and triggered, the alarm calls suspect. The rest changes the set first: N images drawn with the seed; the first N classes only; class sizes
// that fall to a share of the first; a share of the labels drawn at random.
import process from "node:process";
import type { Alarm } from "deconfound/backdoor";
import { attacks, auroc, poison, predict, prepareAttack, scanDataset, triggered } from "deconfound/backdoor";
import type { Dataset } from "deconfound/data";
import { builtinDataset, imageBytes, selectImages } from "deconfound/data";
import { openDevice, readDataset } from "deconfound/node";

const [folder, attacked = "none", seeds = "0", ...changes] = process.argv.slice(2);
if (folder === undefined)
  throw new Error("usage: bench/scans.ts DIR ATTACK[:RATE[:TARGET]][+ATTACK…] SEED[,SEED…] [NAME=VALUE…]");
const attackers = attacked.split("+").flatMap((text) => {
  const [name, rate, target] = text.split(":");
  if (name === "none") return [];
  const attack = attacks.find((one) => one.name === name);
  if (attack === undefined) throw new Error(`there is no attack ${name}`);
  const options = { ...(rate && { rate: Number(rate) }), ...(target && { target: Number(target) }) };
  return [{ attack, options }];
});
const change = new Map(changes.map((text) => text.split("=") as [string, string]));

/** Numbers in [0, 1) from a seed (mulberry32): the same on every machine. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function changed(all: Dataset, seed: number): Dataset {
  const random = uniform(seed);
  const classes = Number(change.get("classes") ?? all.classes);
  const drawn = Array.from(all.labels, (_, i) => [random(), i] as const).sort((a, b) => a[0] - b[0]);
  const share = Number(change.get("rarest") ?? 1);
  const most = (label: number): number => (all.count / all.classes) * share ** (label / (all.classes - 1));
  const taken = new Map<number, number>();
  const kept = drawn.flatMap(([, i]) => {
    const label = all.labels[i]!;
    const count = taken.get(label) ?? 0;
    if (label >= classes || (share < 1 && count >= most(label))) return [];
    taken.set(label, count + 1);
    return [i];
  });
  const set = { ...selectImages(all, kept.slice(0, Number(change.get("limit") ?? all.count))), classes };
  const noise = Number(change.get("noise") ?? 0);
  return { ...set, labels: set.labels.map((label) => (random() < noise ? Math.floor(random() * classes) : label)) };
}

/** Share of images that the alarm calls suspect. */
async function alarmed({ classifier, network }: Alarm, images: Dataset): Promise<string> {
  const { classes } = await predict(device, classifier, network, { ...images, labels: images.labels.map(() => 0) });
  return `${((100 * classes.filter((one) => one === 1).length) / images.count).toFixed(1)} %`;
}

const device = await openDevice();
const { train, test } = folder === "builtin" ? { train: undefined, test: undefined } : await readDataset(folder);
for (const seed of seeds.split(",").map(Number)) {
  const builtin = { count: Number(change.get("limit") ?? 1000), size: 16, seed };
  const clean = train === undefined ? builtinDataset(builtin) : changed(train, seed);
  const later = test ?? builtinDataset({ ...builtin, part: "test" });
  const dataset = { ...clean, images: clean.images.slice(), labels: clean.labels.slice() };
  const bytes = imageBytes(clean);
  const [truth, taken] = [new Set<number>(), new Set<number>()];
  const seen: Dataset[] = [];
  for (const { attack, options } of attackers) {
    const prepared = (await prepareAttack(attack, clean, options, { device, seed, taken }))!;
    const one = await poison(attack, clean, options, { seed, taken, prepared, device });
    for (const index of one.poisoned) truth.add(index);
    for (const index of [...one.poisoned, ...one.noise]) {
      taken.add(index);
      dataset.images.set(one.dataset.images.subarray(index * bytes, (index + 1) * bytes), index * bytes);
      dataset.labels[index] = one.dataset.labels[index]!;
    }
    seen.push((await triggered(attack, later, options, { seed, prepared, device })).attack!.triggered);
  }
  const start = performance.now();
  const scan = (await scanDataset({ device, dataset, seed }))!;
  const seconds = (performance.now() - start) / 1000;
  const hits = scan.suspects.filter((index) => truth.has(index)).length;
  const share = (count: number): string => (count === 0 ? "-" : (hits / count).toFixed(3));
  console.log(
    `${folder} ${attacked} ${changes.join(" ")} seed ${seed}: ratio ${scan.separation.toFixed(2)} found ${scan.found}`,
    `confirmed ${scan.learnable?.toFixed(3) ?? "-"} P ${share(scan.suspects.length)} R ${share(truth.size)}`,
    `AUROC ${truth.size === 0 ? "-" : auroc(scan.score, (i) => truth.has(i)).toFixed(3)} ${seconds.toFixed(1)} s`,
  );
  if (scan.alarm !== null) {
    console.log(`  the alarm calls suspect: ${await alarmed(scan.alarm, later)} of the clean test images`);
    for (const [which, images] of seen.entries()) {
      console.log(
        `  and ${await alarmed(scan.alarm, images)} of those with the trigger of ${attackers[which]!.attack.name}`,
      );
    }
  }
  device.free([scan.history.network, scan.alarm?.network]);
}
device.close();
