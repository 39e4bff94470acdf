import type { HostTensor, SafetensorsFile } from "../formats/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../formats/index.ts";
import { ConfigError, DataError } from "../tensor/errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { hostLeaf, isTensor } from "../tensor/tensor.ts";
import { leavesOf, mapLeaves } from "../tensor/tree.ts";

/** Reads the values of tensors, wherever they live. */
export async function readTensors(named: Iterable<readonly [string, AnyTensor]>): Promise<Map<string, HostTensor>> {
  const entries = await Promise.all(
    [...named].map(async ([name, value]) => {
      const tensor: HostTensor = { dtype: value.dtype, shape: value.shape, data: await value.data() };
      return [name, tensor] as const;
    }),
  );
  return new Map(entries);
}

/** Host tensors as leaves that a device can take. */
export function toLeaves(tensors: ReadonlyMap<string, HostTensor>): Map<string, AnyTensor> {
  return new Map([...tensors].map(([name, { dtype, shape, data }]) => [name, hostLeaf({ dtype, shape }, data)]));
}

/**
 * A tree of tensors, numbers, strings, booleans and nulls as a safetensors file: tensors under their paths, the rest as
 * JSON in the metadata. Bits survive, so does the structure.
 */
export async function encodeTree(tree: unknown): Promise<Uint8Array> {
  const leaves = leavesOf(tree);
  const named = leaves.flatMap(({ path, value }) => (isTensor(value) ? [[path, value] as const] : []));
  const skeleton = mapLeaves(tree, (value, path) => (isTensor(value) ? { [reference]: path } : plain(value, path)));
  return encodeSafetensors({ tensors: await readTensors(named), metadata: { tree: JSON.stringify(skeleton) } });
}

const reference = "$tensor";
const number = "$number"; // for what JSON cannot say: NaN, ±Infinity, −0

function plain(value: unknown, path: string): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "number") {
    throw new ConfigError(`encodeTree: ${path} is neither a tensor nor a number, a string, a boolean or null`);
  }
  if (Object.is(value, -0)) return { [number]: "-0" };
  return Number.isFinite(value) ? value : { [number]: String(value) };
}

/** The tree that {@link encodeTree} wrote. @throws DataError if the file is damaged or is none of those. */
export function decodeTree(bytes: Uint8Array, source: string): unknown {
  const { tensors, metadata }: SafetensorsFile = decodeSafetensors(bytes, source);
  const text = metadata["tree"];
  if (text === undefined) throw new DataError(`${source}: holds tensors, but no saved state`);
  const leaves = toLeaves(tensors);
  return JSON.parse(text, (_, value: unknown) => {
    const marked = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
    if (typeof marked[number] === "string") return Number(marked[number]);
    const path = marked[reference];
    if (typeof path !== "string") return value;
    const found = leaves.get(path);
    if (found === undefined) throw new DataError(`${source}: damaged, no tensor ${path}`);
    return found;
  });
}
