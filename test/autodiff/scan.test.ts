import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { grad, hvp, jvp, scan, vmap } from "../../src/autodiff/index.ts";
import { flopsOf } from "../../src/tensor/flops.ts";
import { topologicalOrder } from "../../src/tensor/graph.ts";
import { listProgram } from "../../src/tensor/list-program.ts";
import { add, cast, mul, sin, slice, square, stack, sum } from "../../src/tensor/ops/index.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import type { Recurrent } from "./scan-cases.ts";
import { byLoop, byScan, recurrent, recurrentSizes } from "./scan-cases.ts";
import { values } from "./values.ts";

type Loss = (w: Tensor, b: Tensor, h: Tensor, xs: Tensor) => Tensor<[]>;

const argnums = [0, 1, 2, 3] as const;
const close = (got: unknown, want: unknown): void => {
  const [a, b] = [got, want].map((tree) => [tree].flat(9) as number[]);
  expect(a).toHaveLength(b!.length);
  const scale = 1 + Math.max(0, ...b!.map(Math.abs));
  a!.forEach((value, i) => expect(Math.abs(value - b![i]!) / scale).toBeLessThan(1e-6));
};

describe("a scan is the loop written out", () => {
  test("in value, gradient, second derivative and tangent, whatever its length and checkpoints", () => {
    fc.assert(
      fc.property(recurrentSizes, (sizes) => {
        const args = recurrent(sizes);
        const all = (f: Loss): unknown => [
          f(...args),
          grad(f, { argnums })(...args),
          hvp(f, args, args),
          jvp(f, args, args).tangent,
        ];
        close(values(all(byScan(sizes.every))), values(all(byLoop)));
      }),
      { numRuns: 8 },
    );
  });

  test("in third derivatives", () => {
    const cube = (f: (x: Tensor) => Tensor<[]>) => (x: Tensor) => sum(sin(hvp(f, [x], [x])[0]));
    const products = (x: Tensor): Tensor<[]> => scan((c: Tensor<[]>, y) => [mul(c, y), null], tensor(1.5), x)[0];
    const x = tensor([0.5, -1.5, 2, 0.25]);
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => (v: Tensor) => sum(slice(v, { axis: 0, start: i, stop: i + 1 })));
    const written = (v: Tensor): Tensor<[]> => mul(mul(mul(mul(a!(v), b!(v)), c!(v)), d!(v)), 1.5) as Tensor<[]>;
    close(values(grad(cube(products))(x)), values(grad(cube(written))(x)));
  });

  test("in vmap, whichever arguments differ from call to call, and in gradients of and in it", () => {
    const calls = [1, 2].map((seed) => recurrent({ batch: 2, width: 3, length: 3, seed }));
    for (const differ of [[0], [1, 2], [3]]) {
      const inAxes = argnums.map((i) => (differ.includes(i) ? 0 : null));
      const args = argnums.map((i) =>
        differ.includes(i) ? stack(calls.map((call) => call[i]!)) : calls[0]![i]!,
      ) as unknown as Recurrent;
      const one = (i: number): Recurrent =>
        argnums.map((k) => calls[differ.includes(k) ? i : 0]![k]!) as unknown as Recurrent;
      const slopes = (f: Loss) => grad(f, { argnums: [0, 2] });
      const got = vmap(slopes(byScan(2)), { inAxes })(...args) as readonly AnyTensor[];
      const want = [0, 1].map((k) => stack([0, 1].map((i) => slopes(byLoop)(...one(i))[k]!)));
      close(values(got), values(want));
    }
  });
});

describe("scan", () => {
  test("takes trees, captured tensors and no rows; what is no tensor stays", () => {
    const w = tensor([2, 3]);
    const f = (v: Tensor) =>
      scan(
        (c: { x: Tensor; name: string }) => [
          { x: mul(c.x, v), name: c.name },
          { half: mul(c.x, 0.5), n: 7 },
        ],
        { x: tensor([1, 1]), name: "x" },
        undefined,
        { length: 3 },
      );
    const [last, ys] = f(w);
    expect(values(last)).toEqual({ x: [8, 27], name: "x" });
    expect(values(ys)).toEqual({ half: [0.5, 0.5, 1, 1.5, 2, 4.5], n: 7 });
    expect(ys.half.shape).toEqual([3, 2]);
    expect(values(grad((v: Tensor) => sum(f(v)[0].x))(w))).toEqual([12, 27]);
  });

  test("of length 0 gives the carry and empty rows, of length 1 is its body", () => {
    const body = (c: Tensor, x: Tensor) => [add(c, x), { y: mul(c, x) }] as const;
    const [none, ys] = scan(body, tensor([1, 2]) as Tensor, tensor(new Float32Array(0), { shape: [0, 2] }) as Tensor);
    expect([values(none), ys.y.shape]).toEqual([
      [1, 2],
      [0, 2],
    ]);
    const [one, single] = scan(body, tensor([1, 2]) as Tensor, tensor([[3, 4]]) as Tensor);
    expect([values(one), values(single.y), single.y.shape]).toEqual([
      [4, 6],
      [3, 8],
      [1, 2],
    ]);
  });

  test("has no gradient through integers, and exact zeros where nothing flows", () => {
    const f = (x: Tensor, z: Tensor): Tensor<[]> => {
      const [last] = scan(
        (c: { n: AnyTensor; s: Tensor }, row: Tensor) => [
          { n: add(c.n, 1), s: add(c.s, mul(row, cast(c.n, "f32"))) },
          z,
        ],
        { n: tensor(0, { dtype: "i32" }), s: tensor(0) as Tensor },
        x,
      );
      return last.s as Tensor<[]>;
    };
    expect(values(grad(f, { argnums: [0, 1] })(tensor([5, 6, 7]), tensor([1, 1])))).toEqual([
      [0, 1, 2],
      [0, 0],
    ]);
  });

  test("saves ⌈length / k⌉ carries, by default ⌈√length⌉ apart", () => {
    const saved = (checkpointEvery?: number): number => {
      const [last] = scan(
        (c: Tensor, x: Tensor) => [mul(c, x), null],
        tensor(1) as Tensor,
        tensor(new Float32Array(50)),
        {
          checkpointEvery,
        },
      );
      return last.node.outputs.at(-1)!.shape[0]!;
    };
    expect([1, 7, 50, 90, undefined].map(saved)).toEqual([50, 8, 1, 1, 7]);
  });

  test("computes in its loop what changes from step to step, and shows it", () => {
    const w = tensor([1, 2, 3]);
    const [last] = scan(
      (c: Tensor, x: Tensor) => [add(mul(c, square(w)), x), null],
      tensor([0, 0, 0]) as Tensor,
      tensor([1, 2]),
    );
    const node = last.node;
    const inside = topologicalOrder((node.params as { body: { outputs: AnyTensor[] } }).body.outputs);
    expect(inside.map(({ op }) => op?.name)).not.toContain("square");
    expect(flopsOf([last])).toBe(2 * 2 * 3 + 3); // two steps of mul and add, and one square
    expect(listProgram([last])).toMatch(/ = scan\(.*\n {2}2 steps:\n {2}%0 = input(?:.*\n)* {2}return %/);
  });
});

describe("scan refuses, at the user's line,", () => {
  const three = tensor([1, 2, 3]) as Tensor;
  const one = tensor(1) as Tensor;
  const refused: Record<string, readonly [() => unknown, RegExp]> = {
    "a carry of another shape": [
      () => scan((c: Tensor, x: Tensor) => [add(c, x), c], one, tensor([[1, 2]]) as Tensor),
      /^ShapeError: scan: the carry is f32\[\], and f32\[2\] after a step\n.*keeps its tree.*\n {2}at .*scan\.test\.ts/,
    ],
    "a carry of another dtype": [
      () => scan((c: { n: AnyTensor }) => [{ n: cast(c.n, "f32") }, null], { n: tensor(1, { dtype: "i32" }) }, three),
      /^DTypeError: scan: n of the carry is i32\[\], and f32\[\] after a step\n {2}cast it to i32\n {2}at /,
    ],
    "a carry with a leaf less": [
      () => scan(((c: { a: Tensor; b: Tensor }) => [{ a: c.a }, null]) as never, { a: one, b: one }, three),
      /^ShapeError: scan: b of the carry is f32\[\], and undefined after a step/,
    ],
    "a carry with a leaf more": [
      () => scan(((c: { a: Tensor }) => [{ a: c.a, b: c.a }, null]) as never, { a: one }, three),
      /^ShapeError: scan: the body adds b in the carry/,
    ],
    "a number that changes": [
      () => scan(((c: { n: number }) => [{ n: c.n + 1 }, null]) as never, { n: 0 }, three),
      /^ConfigError: scan: n of the carry is 0, and 1 after a step\n {2}only tensors change.*wrap it with tensor/,
    ],
    "rows of two lengths": [
      () => scan((c: Tensor) => [c, c], one, { a: three, b: tensor([1, 2]) }),
      /^ShapeError: scan: xs\.b, f32\[2\], has 2 rows, but xs\.a has 3/,
    ],
    "rows of another length than it is told": [
      () => scan((c: Tensor) => [c, c], one, three, { length: 4 }),
      /^ShapeError: scan: xs, f32\[3\], has 3 rows, but length is 4/,
    ],
    "a scalar as rows": [() => scan((c: Tensor) => [c, c], one, one), /^ShapeError: scan: xs, f32\[\], has no rows/],
    "no length": [() => scan((c: Tensor) => [c, c], one), /^ConfigError: scan: nothing tells how many steps/],
    "no pair": [() => scan(((c: Tensor) => c) as never, one, three), /^ShapeError: scan: the body returns no pair/],
    "an async body": [
      () => scan((async (c: Tensor) => [c, c]) as never, one, three),
      /^TraceError: scan: the function is async/,
    ],
  };
  test.each(Object.entries(refused))("%s", (_, [run, text]) => {
    let said = "nothing";
    try {
      run();
    } catch (error) {
      said = `${(error as Error).name}: ${(error as Error).message}`;
    }
    expect(said).toMatch(text);
  });
});
