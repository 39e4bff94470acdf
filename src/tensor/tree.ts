import { copyOf } from "./brand.ts";
import { describe, tensorMend } from "./describe.ts";
import { ConfigError } from "./errors.ts";
import * as kind from "./kinds.ts";
import { parameters } from "./parameters.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor } from "./tensor.ts";
import { isTensor } from "./tensor.ts";

/** Plain nested objects and arrays with leaves of type `L`. Key order is sorted, so it is stable. */
export type Tree<L> = L | readonly Tree<L>[] | { readonly [key: string]: Tree<L> };

/** The tree `T` with every tensor replaced by `U`. */
export type MapTree<T, U> = T extends AnyTensor
  ? U
  : T extends readonly unknown[]
    ? { [K in keyof T]: MapTree<T[K], U> }
    : T extends object
      ? { [K in keyof T]: MapTree<T[K], U> }
      : T;

type Children = readonly (readonly [string, unknown])[];

function childrenOf(tree: object): Children {
  if (Array.isArray(tree)) return tree.map((child, i) => [String(i), child] as const);
  const record = tree as Readonly<Record<string, unknown>>;
  return sortedKeys(record).map((key) => [key, record[key]] as const);
}

/** The keys of a record in the order of its leaves. */
export function sortedKeys(record: object): string[] {
  return Object.keys(record).sort();
}

/** True for a plain object or array, whose leaves lie below it. */
export function isBranch(tree: unknown): tree is Readonly<Record<string, unknown>> {
  if (typeof tree !== "object" || tree === null || isTensor(tree) || ArrayBuffer.isView(tree)) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(tree);
  if (Array.isArray(tree) || prototype === Object.prototype || prototype === null) return true;
  if (copyOf(tree) !== undefined) throw refusal("a tree holds", tree);
  return false;
}

/** Every leaf that is not a branch, with its path such as `params.blocks.0.conv`. */
export function leavesOf(tree: unknown, path = ""): { path: string; value: unknown }[] {
  if (!isBranch(tree)) return [{ path, value: tree }];
  return childrenOf(tree).flatMap(([key, child]) => leavesOf(child, path === "" ? key : `${path}.${key}`));
}

/** Rebuilds a tree, replacing every non-branch leaf. */
export function mapLeaves(tree: unknown, f: (value: unknown, path: string) => unknown, path = ""): unknown {
  if (!isBranch(tree)) return f(tree, path);
  const mapped = childrenOf(tree).map(
    ([key, child]) => [key, mapLeaves(child, f, path === "" ? key : `${path}.${key}`)] as const,
  );
  return Array.isArray(tree) ? mapped.map(([, child]) => child) : Object.fromEntries(mapped);
}

const checkMap = parameters("mapTree", { tree: kind.tree, f: kind.callback });

/**
 * Maps every tensor of a tree; other leaves stay.
 * @example
 * ```ts
 * import { evaluateReference, mapTree, mul, tensor } from "deconfound";
 * const doubled = mapTree({ w: tensor([1, 2]), name: "dense" }, (leaf) => mul(leaf, 2));
 * console.log(doubled.name, String(await evaluateReference(doubled.w).data())); // dense 2,4
 * ```
 */
export function mapTree<T, U>(tree: T, f: (leaf: AnyTensor, path: string) => U): MapTree<T, U> {
  checkMap(arguments);
  return mapLeaves(tree, (value, path) => (isTensor(value) ? f(value, path) : value)) as MapTree<T, U>;
}

const checkFlatten = parameters("flattenTree", { tree: kind.tree });

/**
 * The tensors of a tree in stable key order.
 * @example
 * ```ts
 * import { flattenTree, tensor } from "deconfound";
 * console.log(flattenTree({ w: tensor([1, 2]), b: tensor(0), name: "dense" }).length); // 2
 * ```
 */
export function flattenTree(tree: unknown): AnyTensor[] {
  checkFlatten(arguments);
  return leavesOf(tree).flatMap(({ value }) => (isTensor(value) ? [value] : []));
}

/** {@link flattenTree} for what runs or frees tensors. @throws ConfigError for a leaf that could hold tensors unseen. */
export function tensorsOf(name: string, tree: unknown): AnyTensor[] {
  return leavesOf(tree).flatMap(({ path, value }) => {
    if (isTensor(value)) return [value];
    if (typeof value === "function" || (typeof value === "object" && value !== null)) {
      throw refusal(`${name}: ${path === "" ? "" : `${path} in `}the tree is`, value);
    }
    return [];
  });
}

function refusal(what: string, value: unknown): ConfigError {
  const mend = tensorMend(value);
  const details = ["expects tensors in plain objects and arrays", ...(mend === undefined ? [] : [mend])];
  return new ConfigError(`${what} ${describe(value)}`, details, captureSite());
}

const checkUnflatten = parameters("unflattenTree", { tree: kind.tree, leaves: kind.list });

/**
 * Puts tensors back in the places that {@link flattenTree} read them from.
 *
 * @throws ConfigError if there are more or fewer than places.
 * @example
 * ```ts
 * import { flattenTree, tensor, unflattenTree } from "deconfound";
 *
 * const parameters = { w: tensor([1, 2]), b: tensor(0) };
 * const sizes = unflattenTree(parameters, flattenTree(parameters).map((leaf) => leaf.shape.length));
 * console.log(sizes.w, sizes.b); // 1 0
 * ```
 */
export function unflattenTree<T, U>(tree: T, leaves: readonly U[]): MapTree<T, U> {
  checkUnflatten(arguments);
  let next = 0;
  const fill = (part: unknown): unknown => {
    if (!isBranch(part)) return isTensor(part) ? leaves[next++]! : part;
    if (Array.isArray(part)) return part.map(fill);
    return Object.fromEntries(sortedKeys(part).map((key) => [key, fill(part[key])]));
  };
  const filled = fill(tree) as MapTree<T, U>;
  if (next !== leaves.length) {
    throw new ConfigError(
      `unflattenTree: ${leaves.length} leaves for ${next} places`,
      ["one leaf per tensor of the tree"],
      captureSite(),
    );
  }
  return filled;
}

const checkZip = parameters("zipTrees", { first: kind.tree, rest: kind.list, f: kind.callback });

/**
 * Maps trees of one structure together.
 *
 * @throws ConfigError naming the first path that differs.
 * @example
 * ```ts
 * import { add, evaluateReference, tensor, zipTrees } from "deconfound";
 * const total = zipTrees({ w: tensor(1) }, [{ w: tensor(2) }], ([a, b]) => add(a!, b!));
 * console.log(await evaluateReference(total.w).item()); // 3
 * ```
 */
export function zipTrees<T>(
  first: T,
  rest: readonly T[],
  f: (leaves: readonly AnyTensor[], path: string) => AnyTensor,
): T {
  checkZip(arguments);
  const lacking = (path: string): ConfigError =>
    new ConfigError(`zipTrees: no tensor at ${path} in every tree`, [], captureSite());
  const places = new Set(leavesOf(first).flatMap(({ path, value }) => (isTensor(value) ? [path] : [])));
  const others = rest.map((tree) => {
    const leaves = leavesOf(tree);
    const beyond = leaves.find(({ path, value }) => isTensor(value) && !places.has(path));
    if (beyond !== undefined) throw lacking(beyond.path);
    return new Map(leaves.map(({ path, value }) => [path, value]));
  });
  return mapTree(first, (value, path) => {
    const leaves = others.map((other) => {
      const match = other.get(path);
      if (!isTensor(match)) throw lacking(path);
      return match;
    });
    return f([value, ...leaves], path);
  }) as T;
}
