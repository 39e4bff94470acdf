import type { Device, Tensor } from "../../src/index.ts";
import { add, DeconfoundError, mul, slice, tensor } from "../../src/index.ts";
import { foreign } from "./misuse.ts";

class Batch {
  images: Tensor = tensor([1, 2]);
}

const x = tensor([1, 2]);
const bad = (value: unknown): never => value as never;

/** What plain JavaScript may ask of a device, and what the answer says. Each asks a device of its own kind the same. */
export const deviceMistakes: Readonly<Record<string, readonly [(device: Device) => unknown, RegExp]>> = {
  "compile nothing": [(d) => d.compile(bad(undefined)), /^compile: fn is missing/],
  "compile a promise": [(d) => d.compile(bad(Promise.resolve())), /^compile: fn is a Promise/],
  "donate a number": [(d) => d.compile((a: Tensor) => a, { donate: bad(0) }), /^compile: donate is 0/],
  "donate half an argument": [(d) => d.compile((a: Tensor) => a, { donate: [0.5] }), /^compile: donate is \[0\.5\]/],
  "donate what is not there": [
    (d) =>
      d.compile(
        function f(a: Tensor) {
          return a;
        },
        { donate: [1] },
      )(x),
    /^f: donate names argument 1 of 1/,
  ],
  "an unknown option": [
    (d) => d.compile((a: Tensor) => a, bad({ donated: [0] })),
    /^compile: there is no option donated/,
  ],
  "a typed array as argument": [
    (d) => d.compile(bad)(new Float32Array(2)),
    /^compile: argument 0 is a Float32Array\n.*\n {2}wrap it: tensor\(values\)/,
  ],
  "a class instance as argument": [
    (d) => d.compile(bad)({ batch: new Batch() }),
    /^compile: argument 0\.batch is a Batch\n/,
  ],
  "a promise as argument": [
    (d) => d.compile(bad)(Promise.resolve(x)),
    /^compile: argument 0 is a Promise\n.*\n {2}await it first/,
  ],
  "a big integer as argument": [(d) => d.compile(bad)(3n), /^compile: argument 0 is 3n/],
  "another copy's tensor as argument": [
    (d) => d.compile(bad)(foreign),
    /another copy of deconfound \(9\.9\.9\)\n(.*\n)*.*npm dedupe/,
  ],
  "an async function": [(d) => d.compile(async (a: Tensor) => a)(x), /^compile: the function is async/],
  "a result that hides tensors": [
    (d) => d.compile((a: Tensor) => new Map([["y", add(a, 1)]]))(x),
    /^compile: the tree is a Map/,
  ],
  "a compiled program inside a traced function": [
    (d) => {
      const inner = d.compile(function inner(a: Tensor) {
        return add(a, 1);
      });
      return d.compile(function outer(a: Tensor) {
        return mul(bad(inner(a)), 2) as Tensor;
      })(x);
    },
    /^inner: called while outer is being traced/,
  ],
  "evaluate inside a traced function": [
    (d) => d.compile((a: Tensor) => bad(d.evaluate(a)))(x),
    /^evaluate: called while a function is being traced/,
  ],
  "item inside a traced function": [
    (d) => d.compile((a: Tensor) => (bad(a.item()) > 0 ? a : x))(x),
    /^item: called while a function is being traced/,
  ],
  "slice by a traced number": [
    (d) => d.compile((a: Tensor, n: number) => slice(a, { start: n }))(x, 1),
    /^slice: start is f32\[\]\n(.*\n)*.*capture it/,
  ],
  "branching on a number": [
    (d) => d.compile((a: Tensor, lr: number) => (lr > 0 ? a : mul(a, lr)))(x, 1),
    /^f32\[\] was used as a number/,
  ],
  "loose equality with a number": [
    // biome-ignore lint/suspicious/noDoubleEquals: it is the mistake
    (d) => d.compile((a: Tensor, lr: number) => (bad(lr) == 0 ? a : mul(a, lr)))(x, 1),
    /^f32\[\] was used as a number/,
  ],
  "a number as text": [
    (d) => d.compile((a: Tensor, lr: number) => (`${lr}` === "0" ? a : mul(a, lr)))(x, 1),
    /^f32\[\] was used as text/,
  ],
  "a number as a key": [
    (d) => d.compile((a: Tensor, n: number) => mul(a, [1, 2][n]!))(x, 1),
    /^f32\[\] was used as text or as a key/,
  ],
  "spreading a program": [(d) => d.compile((a: Tensor) => [...(bad(a) as Tensor[])])(x), /^f32\[2\] was iterated over/],
  "a program as JSON": [(d) => d.compile((a: Tensor) => [JSON.stringify(a)])(x), /^f32\[2\] was written as JSON/],
  "evaluate a promise": [
    (d) => d.evaluate({ y: Promise.resolve(x) }),
    /^evaluate: y in the tree is a Promise\n.*\n {2}await it first/,
  ],
  "evaluate a class instance": [(d) => d.evaluate(new Batch()), /^evaluate: the tree is a Batch/],
  "evaluate two trees": [
    (d) => (d.evaluate as (...args: unknown[]) => unknown)(x, x),
    /^evaluate: takes 1 argument, got 2/,
  ],
  "put a typed array": [(d) => d.put([new Float32Array(2)]), /^put: 0 in the tree is a Float32Array\n.*\n {2}wrap it/],
  "put another copy's tensor": [(d) => d.put([foreign]), /^a tree holds a tensor of another copy/],
  "free a promise": [(d) => d.free(Promise.resolve(x)), /^free: the tree is a Promise/],
  "a scope without a function": [(d) => d.scope(bad(d.evaluate(x))), /^scope: body is a Promise/],
};

/** Name and text of the error, without line and column. */
export async function answerTo(mistake: () => unknown): Promise<string> {
  try {
    await mistake();
    return "nothing was thrown";
  } catch (error) {
    if (!(error instanceof DeconfoundError)) return `a raw error: ${String(error)}`;
    return `${error.name} ${error.message.replace(/:\d+:\d+/g, "")}`;
  }
}
