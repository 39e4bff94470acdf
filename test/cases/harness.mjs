// What the cases are written with: the library, short constructors, and the comparison of numbers.
import { execFile } from "node:child_process";
import * as language from "deconfound";
import * as cbd from "deconfound/cbd";
import * as mi from "deconfound/mi";
import * as nn from "deconfound/nn";
import * as node from "deconfound/node";
import * as testing from "deconfound/testing";
import { root } from "../support/repository.ts";

/** All functions that the cases use, from whichever entry point. */
export const d = { ...language, ...nn, ...mi, ...cbd };
export { testing };
export const { tensor } = d;
export const f32 = (values, shape) => tensor(Float32Array.from(values), { shape: shape ?? [values.length] });
export const i32 = (values, shape) => tensor(Int32Array.from(values), { shape: shape ?? [values.length] });
export const u32 = (values, shape) => tensor(Uint32Array.from(values), { shape: shape ?? [values.length] });
export const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
/** The gradient of a sum, by the first argument. */
export const gradOf = (f) => d.grad((...args) => d.sum(f(...args)));

/** @param kind - `gpu` or `ref` */
export const open = async (kind) =>
  kind === "ref" ? d.referenceDevice() : node.openDevice({ device: "gpu", log: () => {} });

/** All values of a tree, one after another. */
export async function flat(tree) {
  const parts = await Promise.all(d.flattenTree(tree).map((tensor) => tensor.data()));
  return parts.flatMap((part) => Array.from(part));
}

/**
 * The first difference in words, or null.
 *
 * @param tolerance - `rel`, `abs`; `signedZero` tells −0 from 0.
 */
export function differs(got, want, { rel = 1e-5, abs = 1e-6, signedZero = false } = {}) {
  if (got.length !== want.length) return `length ${got.length}, not ${want.length}`;
  for (const [i, expected] of want.entries()) {
    const close =
      Object.is(got[i], expected) ||
      got[i] === expected ||
      Math.abs(got[i] - expected) <= abs + rel * Math.abs(expected);
    const sameZero = !signedZero || expected !== 0 || Object.is(got[i], expected);
    if (!close || !sameZero) return `[${i}] ${got[i]}, not ${expected}`;
  }
  return null;
}

/** The message of what `f` throws or rejects with; null if it does neither. */
export async function refusal(f) {
  try {
    await f();
    return null;
  } catch (error) {
    return String(error?.message ?? error);
  }
}

/** Runs a body in a process of its own on the built package, with d, node and root at hand; resolves to what it printed. */
export const script = (body, timeout) =>
  new Promise((done) => {
    const folder = root.replace(/\/$/, "");
    const head = `const root = ${JSON.stringify(folder)}; const d = await import(root + "/dist/index.js"); const node = await import(root + "/dist/node/index.js");`;
    execFile(process.execPath, ["--input-type=module", "-e", head + body], { timeout }, (error, out, err) =>
      done(
        error === null
          ? out
          : `${out}\n${error.signal ?? `exit ${error.code}`} ${err.split("\n").slice(0, 4).join(" | ")}`,
      ),
    );
  });
