import type { HostTensor } from "../formats/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import { parseJson } from "../tensor/json.ts";
import { printable } from "../tensor/printable.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, isTensor } from "../tensor/tensor.ts";
import { mapLeaves } from "../tensor/tree.ts";
import { digestOf } from "./digest.ts";

/**
 * Reads the values of tensors, wherever they live.
 *
 * @example
 * ```ts
 * import { tensor } from "deconfound";
 * import { readTensors } from "deconfound/node";
 *
 * const host = await readTensors([["bias", tensor([0, 1])]]);
 * console.log(host.get("bias")?.dtype, String(host.get("bias")?.data)); // f32 0,1
 * ```
 */
export async function readTensors(named: Iterable<readonly [string, AnyTensor]>): Promise<Map<string, HostTensor>> {
  const entries = await Promise.all(
    [...named].map(async ([name, value]) => {
      const tensor: HostTensor = { dtype: value.dtype, shape: value.shape, data: await value.data() };
      return [name, tensor] as const;
    }),
  );
  return new Map(entries);
}

/**
 * Host tensors as leaves that a device can take.
 *
 * @example
 * ```ts
 * import { toLeaves } from "deconfound/node";
 *
 * const bias = { dtype: "f32", shape: [2], data: Float32Array.of(0, 1) } as const;
 * console.log(String(await toLeaves(new Map([["bias", bias]])).get("bias")?.data())); // 0,1
 * ```
 */
export function toLeaves(tensors: ReadonlyMap<string, HostTensor>): Map<string, AnyTensor> {
  return new Map([...tensors].map(([name, { dtype, shape, data }]) => [name, hostLeaf({ dtype, shape }, data)]));
}

const reference = "$tensor";
const number = "$number"; // for what JSON cannot say: NaN, ±Infinity, −0
const numbers = new Map(
  [NaN, Infinity, -Infinity, -0].map((value) => [Object.is(value, -0) ? "-0" : String(value), value]),
);

/**
 * A tree of tensors, numbers, strings, booleans and nulls as a safetensors file: tensors under their paths, the rest as
 * JSON in the metadata. Bits survive, so does the structure.
 *
 * @throws ConfigError for another value, or for a key `$tensor` or `$number`, which mark what JSON cannot say.
 * @example
 * ```ts
 * import { tensor } from "deconfound";
 * import { decodeSafetensors } from "deconfound/formats";
 * import { encodeTree } from "deconfound/node";
 *
 * const bytes = await encodeTree({ params: { w: tensor([1, 2]) }, epoch: 3 });
 * console.log([...decodeSafetensors(bytes, "state").tensors.keys()].join()); // params.w
 * ```
 */
export async function encodeTree(tree: unknown): Promise<Uint8Array> {
  const named = new Map<string, AnyTensor>();
  const skeleton = mapLeaves(tree, (value, path) => {
    checkPath(path);
    if (!isTensor(value)) return plain(value, path);
    const name = freeName(named, path);
    named.set(name, value);
    return { [reference]: name };
  });
  const tensors = await readTensors(named);
  const text = JSON.stringify(skeleton);
  return encodeSafetensors({ tensors, metadata: { tree: text, sha256: checksum(text, tensors) } });
}

/** SHA-256 over the tree and every tensor: a changed bit would go unseen in a number, and change all that is computed from it. */
function checksum(tree: string, tensors: ReadonlyMap<string, HostTensor>): string {
  const names = [...tensors.keys()].sort();
  const parts = names.flatMap((name) => {
    const { dtype, shape, data } = tensors.get(name)!;
    return [name, `${dtype} ${shape.join()}`, data];
  });
  return digestOf([tree, ...parts]);
}

function checkPath(path: string): void {
  const marks = path.split(".").filter((key) => key === reference || key === number);
  if (marks.length > 0)
    throw new ConfigError(`encodeTree: the key ${marks[0]} in ${printable(path)} has a meaning of its own`);
}

/** The path, unless another one reads the same (a key may hold a dot) or the format takes it for its own. */
function freeName(taken: ReadonlyMap<string, AnyTensor>, path: string): string {
  let name = path;
  for (let i = 2; taken.has(name) || name === "__metadata__"; i++) name = `${path}#${i}`;
  return name;
}

function plain(value: unknown, path: string): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "number") {
    throw new ConfigError(
      `encodeTree: ${printable(path)} is neither a tensor nor a number, a string, a boolean or null`,
    );
  }
  if (Object.is(value, -0)) return { [number]: "-0" };
  return Number.isFinite(value) ? value : { [number]: String(value) };
}

/**
 * The tree that {@link encodeTree} wrote.
 *
 * @throws DataError if the file is damaged, or is not one of those.
 * @example
 * ```ts
 * import { tensor } from "deconfound";
 * import type { Tensor } from "deconfound";
 * import { decodeTree, encodeTree } from "deconfound/node";
 *
 * const bytes = await encodeTree({ w: tensor([1, 2]), epoch: 3 });
 * const { w, epoch } = decodeTree(bytes, "state") as { w: Tensor; epoch: number };
 * console.log(String(await w.data()), epoch); // 1,2 3
 * ```
 */
export function decodeTree(bytes: Uint8Array, source: string): unknown {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  const text = Object.hasOwn(metadata, "tree") ? metadata["tree"] : undefined;
  if (text === undefined) throw new DataError(`${source}: holds tensors, but no saved state`);
  const leaves = toLeaves(tensors);
  const fill = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    if (Object.hasOwn(value, reference)) return find(leaves, entries, source);
    if (Object.hasOwn(value, number)) return find(numbers, entries, source);
    return Object.fromEntries(entries.map(([key, child]) => [key, fill(child)]));
  };
  const tree = fill(parseJson(text, source));
  const sum = Object.hasOwn(metadata, "sha256") ? metadata["sha256"] : undefined;
  if (sum !== checksum(text, tensors)) throw new DataError(`${source}: damaged, its checksum is another`);
  return tree;
}

/** What a marked object `{ $tensor: name }` or `{ $number: name }` stands for. */
function find<T>(named: ReadonlyMap<string, T>, [entry, ...more]: readonly [string, unknown][], source: string): T {
  const name = entry![1];
  const found = typeof name === "string" && more.length === 0 ? named.get(name) : undefined;
  if (found === undefined) throw new DataError(`${source}: damaged, no ${entry![0]} ${printable(String(name))}`);
  return found;
}
