import { ConfigError } from "./errors.ts";
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
  return Array.isArray(tree) || prototype === Object.prototype || prototype === null;
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

/** Maps every tensor of a tree; other leaves stay. */
export function mapTree<T, U>(tree: T, f: (leaf: AnyTensor, path: string) => U): MapTree<T, U> {
  return mapLeaves(tree, (value, path) => (isTensor(value) ? f(value, path) : value)) as MapTree<T, U>;
}

/** The tensors of a tree in stable key order. */
export function flattenTree(tree: unknown): AnyTensor[] {
  return leavesOf(tree).flatMap(({ value }) => (isTensor(value) ? [value] : []));
}

/** Puts tensors back in the places that {@link flattenTree} read them from. */
export function unflattenTree<T, U>(tree: T, leaves: readonly U[]): MapTree<T, U> {
  let next = 0;
  const fill = (part: unknown): unknown => {
    if (!isBranch(part)) return isTensor(part) ? leaves[next++]! : part;
    if (Array.isArray(part)) return part.map(fill);
    return Object.fromEntries(sortedKeys(part).map((key) => [key, fill(part[key])]));
  };
  return fill(tree) as MapTree<T, U>;
}

/** Maps trees of one structure together. @throws ConfigError naming the first path that differs. */
export function zipTrees<T>(
  first: T,
  rest: readonly T[],
  f: (leaves: readonly AnyTensor[], path: string) => AnyTensor,
): T {
  const others = rest.map((tree) => new Map(leavesOf(tree).map(({ path, value }) => [path, value])));
  return mapTree(first, (value, path) => {
    const leaves = others.map((other) => {
      const match = other.get(path);
      if (!isTensor(match)) throw new ConfigError(`zipTrees: no tensor at ${path} in every tree`);
      return match;
    });
    return f([value, ...leaves], path);
  }) as T;
}
