import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/tensor/device.ts";
import { describeGpu } from "../support/gpu.ts";
// @ts-expect-error plain JavaScript, as its users write it
import * as bounds from "./bounds-and-transforms.mjs";
// @ts-expect-error plain JavaScript
import * as dtypes from "./dtypes.mjs";
// @ts-expect-error plain JavaScript
import * as edges from "./edges.mjs";
// @ts-expect-error plain JavaScript
import { d, differs, flat, open } from "./harness.mjs";
// @ts-expect-error plain JavaScript
import * as literals from "./literals.mjs";
// @ts-expect-error plain JavaScript
import * as shapes from "./shapes.mjs";
// @ts-expect-error plain JavaScript
import * as values from "./values-and-gradients.mjs";

interface Tolerance {
  readonly rel?: number;
  readonly abs?: number;
  readonly signedZero?: boolean;
}

/** A program, its arguments, and the numbers that it must give; or the words of its refusal. */
interface Case {
  readonly id: string;
  readonly what: string;
  args(): readonly unknown[];
  f(...args: readonly unknown[]): unknown;
  readonly want?: readonly number[];
  /** The float64 reference says what is wanted. */
  readonly same?: boolean;
  readonly tol?: Tolerance;
  /** Per way of running, see `ways`. */
  readonly tolOf?: Readonly<Record<string, Tolerance>>;
  /** False where only f32 has the wanted value. */
  readonly f64?: boolean;
  readonly throws?: RegExp;
  /** What eager ways throw, where a compiled program cannot know. */
  readonly eager?: RegExp;
}

const files: Readonly<Record<string, { readonly cases: readonly Case[] }>> = {
  "bounds and transforms": bounds,
  dtypes,
  edges,
  literals,
  shapes,
  "values and gradients": values,
};

const devices: { gpu?: Device; ref?: Device } = {};
const compiled = (device: Device, c: Case): unknown =>
  device.compile((...args: readonly never[]) => c.f(...args) as never)(...(c.args() as never[]));

/** How a program can be run. */
const ways: Readonly<Record<string, (c: Case) => unknown>> = {
  "gpu compiled": (c) => compiled(devices.gpu!, c),
  "gpu eager": (c) => devices.gpu!.evaluate(c.f(...c.args()) as never),
  "ref f32": (c) => compiled(devices.ref!, c),
  "ref f64": (c) => d.evaluateReference(c.f(...c.args())),
};

describeGpu("numbers that other libraries' users asked for", () => {
  beforeAll(async () => {
    devices.gpu = await open("gpu");
    devices.ref = await open("ref");
  });
  afterAll(() => {
    devices.gpu?.close();
    devices.ref?.close();
  });

  describe.each(Object.entries(files))("%s", (_, { cases }) => {
    test.each(cases.map((c) => [c.id, c.what, c] as const))("%s %s", async (_id, _what, c) => {
      const want = c.same === true ? await flat(d.evaluateReference(c.f(...c.args()))) : c.want;
      for (const [way, run] of Object.entries(ways)) {
        if (way === "ref f64" && c.f64 === false) continue;
        const eager = way === "gpu eager" || way === "ref f64";
        const refusal = c.throws ?? (eager ? c.eager : undefined); // values on the host are checked before a program is made
        if (refusal !== undefined) {
          await expect((async () => flat(await run(c)))(), way).rejects.toThrow(refusal);
          continue;
        }
        expect(differs(await flat(await run(c)), want, { ...c.tol, ...c.tolOf?.[way] }), way).toBeNull();
      }
    });
  });
});
