import { describe, tensorMend } from "./describe.ts";
import { ConfigError } from "./errors.ts";
import { sameShape } from "./shape.ts";
import { captureSite } from "./site.ts";
import type { AnyTensor, TensorType } from "./tensor.ts";
import { hostLeaf, isTensor } from "./tensor.ts";
import { isBranch, sortedKeys } from "./tree.ts";

/** What a compiled plan depends on: tree structure, shapes, dtypes and static values. */
type Form =
  | { readonly kind: "leaf"; readonly type: TensorType }
  | { readonly kind: "static"; readonly value: unknown }
  | { readonly kind: "list"; readonly children: readonly Form[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly children: readonly Form[] };

/** Values known by the form of a call's arguments. */
interface FormCache<T> {
  /**
   * The tensor and number leaves of `args` in stable order, a number as an f32 scalar, and the value of their form, which `make`
   * gives when it is new. One walk and no strings: calls of known form cost some 0.1 µs a leaf.
   *
   * @throws ConfigError for an argument that is neither a tensor, a number nor static.
   */
  get(args: readonly unknown[], make: () => T): { readonly leaves: readonly AnyTensor[]; readonly value: T };
  forget(value: T): void;
}

const formsKept = 64;

/**
 * An empty {@link FormCache}.
 *
 * @param forgotten - told of the value that goes when there are more than 64: of the form that was called longest ago.
 */
export function formCache<T>(forgotten: (value: T) => void = () => undefined): FormCache<T> {
  const entries: { readonly form: Form; readonly value: T }[] = []; // latest first: a loop repeats its form
  return {
    get(args, make) {
      for (const [i, entry] of entries.entries()) {
        const leaves: AnyTensor[] = [];
        if (!readLeaves(entry.form, args, leaves)) continue;
        if (i > 0) entries.unshift(...entries.splice(i, 1));
        return { leaves, value: entry.value };
      }
      const [form, leaves]: [Form, AnyTensor[]] = [formOf(args, ""), []];
      readLeaves(form, args, leaves);
      const value = make();
      entries.unshift({ form, value });
      if (entries.length > formsKept) forgotten(entries.pop()!.value);
      return { leaves, value };
    },
    forget(value) {
      const at = entries.findIndex((entry) => entry.value === value);
      if (at >= 0) entries.splice(at, 1);
    },
  };
}

/** What a number among the arguments becomes. */
export const scalarType: TensorType = { shape: [], dtype: "f32" };

function formOf(value: unknown, path: string): Form {
  const below = (child: unknown, key: string | number): Form =>
    formOf(child, path === "" ? `${key}` : `${path}.${key}`);
  if (isTensor(value)) return { kind: "leaf", type: { shape: value.shape, dtype: value.dtype } };
  if (typeof value === "number") return { kind: "leaf", type: scalarType };
  if (Array.isArray(value)) return { kind: "list", children: value.map(below) };
  if (isBranch(value)) {
    const keys = sortedKeys(value);
    return { kind: "record", keys, children: keys.map((key) => below(value[key], key)) };
  }
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "string") {
    return { kind: "static", value };
  }
  const mend = tensorMend(value);
  throw new ConfigError(
    `compile: argument ${path} is ${describe(value)}`,
    [
      "arguments are trees, of plain objects and arrays, of tensors, numbers, strings, booleans and null",
      ...(mend === undefined ? [] : [mend]),
    ],
    captureSite(),
  );
}

/** Appends the leaves of `value`; false as soon as it has another form. */
function readLeaves(form: Form, value: unknown, into: AnyTensor[]): boolean {
  switch (form.kind) {
    case "leaf": {
      const leaf = typeof value === "number" ? hostLeaf(scalarType, Float32Array.of(value)) : value;
      if (!isTensor(leaf) || leaf.dtype !== form.type.dtype || !sameShape(leaf.shape, form.type.shape)) return false;
      into.push(leaf);
      return true;
    }
    case "static":
      return value === form.value;
    case "list":
      return (
        Array.isArray(value) &&
        value.length === form.children.length &&
        form.children.every((child, i) => readLeaves(child, value[i], into))
      );
    case "record":
      return (
        isBranch(value) &&
        !Array.isArray(value) &&
        Object.keys(value).length === form.keys.length &&
        form.children.every((child, i) => {
          const key = form.keys[i]!;
          return Object.hasOwn(value, key) && readLeaves(child, value[key], into);
        })
      );
  }
}
