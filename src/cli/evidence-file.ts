import { existsSync } from "node:fs";
import { decodeTree, encodeTree, readBytes } from "../node/index.ts";
import type { Evidence, ImageStack, MostSuspect, NetworkEvidence, TriggerSheet } from "../report/evidence.ts";
import { DataError } from "../tensor/errors.ts";
import * as json from "../tensor/json-schema.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, isTensor } from "../tensor/tensor.ts";
import { mapLeaves } from "../tensor/tree.ts";

/** Beside `run.json`. */
export function evidenceName(defence: string): string {
  return `evidence-${defence}.safetensors`;
}

/** Bytes of a file of evidence: every array is a tensor under its path. */
export async function encodeEvidence(evidence: Evidence): Promise<Uint8Array> {
  return encodeTree(withTensors(evidence));
}

function withTensors(value: unknown): unknown {
  if (value instanceof Float32Array) return hostLeaf({ shape: [value.length], dtype: "f32" }, value);
  if (value instanceof Int32Array) return hostLeaf({ shape: [value.length], dtype: "i32" }, value);
  if (value instanceof Uint8Array) return hostLeaf({ shape: [value.length], dtype: "u8" }, value);
  if (Array.isArray(value)) return value.map(withTensors);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withTensors(one)]));
}

const size = json.integer({ min: 1, max: 2 ** 20 });
const array = <T extends Float32Array | Int32Array | Uint8Array>(kind: new (length: number) => T): json.Schema<T> =>
  json.predicate<T>((value) => value instanceof kind, `a tensor of ${kind.name.replace(/Array$/, "")}`);
const [floats, integers, bytes] = [array(Float32Array), array(Int32Array), array(Uint8Array)];

const network: json.Schema<NetworkEvidence> = json.object({ losses: floats, z: floats, width: size });
const stack: json.Schema<ImageStack> = json.object({ height: size, width: size, channels: size, pixels: bytes });
const sheet: json.Schema<TriggerSheet> = json.object({
  attack: json.string,
  labels: integers,
  targets: integers,
  clean: stack,
  triggered: stack,
  difference: stack,
});
const suspects: json.Schema<MostSuspect> = json.object({
  indices: integers,
  labels: integers,
  suspicion: floats,
  images: stack,
});
const schema: json.Schema<Evidence> = json.object({
  classNames: json.list(json.string),
  samples: integers,
  kinds: json.nullable(bytes),
  trained: size,
  suspicion: json.nullable(floats),
  delivered: network,
  confounder: json.nullable(network),
  labels: integers,
  targets: json.nullable(integers),
  sheets: json.list(sheet),
  suspects: json.nullable(suspects),
});

/**
 * Reads a file of evidence.
 *
 * @returns undefined if there is none.
 * @throws DataError if it is damaged, or its arrays do not fit each other.
 */
export async function readEvidence(path: string): Promise<Evidence | undefined> {
  if (!existsSync(path)) return undefined;
  const evidence = json.check(schema, await withArrays(decodeTree(await readBytes(path), path)), path);
  checkLengths(evidence, path);
  return evidence;
}

async function withArrays(tree: unknown): Promise<unknown> {
  const tensors: AnyTensor[] = [];
  mapLeaves(tree, (value) => {
    if (isTensor(value)) tensors.push(value);
    return value;
  });
  const values = new Map<unknown, unknown>();
  for (const one of tensors) values.set(one, await one.data());
  return mapLeaves(tree, (value) => values.get(value) ?? value);
}

/** @throws DataError: a reader would draw one image's value for another's. */
function checkLengths(evidence: Evidence, path: string): void {
  const { samples, kinds, suspicion, delivered, confounder, labels, targets, sheets, suspects } = evidence;
  const rows = (targets === null ? 1 : 2) * labels.length;
  const networks = confounder === null ? [delivered] : [delivered, confounder];
  const images = ({ height, width, channels, pixels }: ImageStack): number =>
    pixels.length / (height * width * channels);
  const fits = [
    (kinds ?? samples).length === samples.length && (kinds ?? new Uint8Array()).every((kind) => kind < 3),
    (suspicion ?? samples).length === samples.length,
    (targets ?? labels).length === labels.length,
    ...networks.map(({ losses, z, width }) => losses.length === samples.length && z.length === rows * width),
    ...sheets.map((one) =>
      [one.clean, one.triggered, one.difference].every((part) => images(part) === one.labels.length),
    ),
    suspects === null ||
      [suspects.indices, suspects.suspicion].every(({ length }) => length === images(suspects.images)),
  ];
  if (fits.includes(false)) throw new DataError(`${path}: its arrays do not fit each other`);
}
