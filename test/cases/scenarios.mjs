// What no single value shows: lifetime, concurrency, size, randomness, misuse. Each one throws if the product does not do as a user expects.
import { d, f32, open, refusal, script, testing } from "./harness.mjs";

const values = async (t) => [...(await t.data())].join();
const nap = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const must = (ok, why) => {
  if (!ok) throw new Error(why);
};
const mustRefuse = async (f, pattern, what = "") => {
  const message = await refusal(f);
  must(message !== null, `${what} no error`);
  must(pattern.test(message), `${what} unclear: ${message.split("\n").slice(0, 2).join(" | ")}`);
};

export const scenarios = {
  "x01 use after donation names the donation's line": async (dev) => {
    const step = dev.compile(
      function step(x) {
        return d.add(x, 1);
      },
      { donate: [0] },
    );
    const x = await dev.evaluate(d.ones([3]));
    await step(x);
    for (const f of [() => step(x), () => x.data(), () => dev.evaluate(d.mul(x, 2))])
      await mustRefuse(f, /donated to step at/);
  },
  "x02 free and close while a read waits": async (dev) => {
    const x = await dev.evaluate(d.ones([3]));
    const read = x.data();
    dev.free(x);
    await dev.evaluate(d.zeros([3]));
    must((await read).join() === "1,1,1", "the read saw other values");
  },
  "x03 a read that close() cuts off fails with a word why": async (dev) => {
    const x = await dev.evaluate(d.ones([1000]));
    const read = x.data();
    dev.close();
    const message = await refusal(() => read);
    must(message === null || /closed|lost|destroyed/.test(message), `unclear: “${message}”`);
  },
  "x05 a hundred calls of one program at once": async (dev) => {
    const p = dev.compile((x, k) => d.add(d.mul(x, k), 1));
    const got = await Promise.all(Array.from({ length: 100 }, async (_, i) => values(await p(f32([1, 2]), i))));
    got.forEach((g, i) => must(g === `${i + 1},${2 * i + 1}`, `call ${i}: ${g}`));
  },
  "x06 one tensor donated thrice at once: one call gets it": async (dev) => {
    const p = dev.compile((x) => d.add(x, 1), { donate: [0] });
    const x = await dev.evaluate(d.ones([3]));
    const settled = await Promise.allSettled([p(x), p(x), p(x)]);
    must(
      settled.filter(({ status }) => status === "fulfilled").length === 1,
      settled.map(({ status }) => status).join(),
    );
  },
  "x07 300 different eager programs at once": async (dev) => {
    const form = (i) => {
      let x = d.tensor([1, 2, 3]);
      for (let k = 0; k < 9; k++) x = (i >> k) & 1 ? d.sin(x) : d.mul(x, 2);
      return x;
    };
    const got = await Promise.allSettled(
      Array.from({ length: 300 }, async (_, i) => (await dev.evaluate(form(i))).data()),
    );
    let [wrong, rejected] = [0, 0];
    for (const [i, r] of got.entries()) {
      const want = await d.evaluateReference(form(i)).data();
      if (r.status === "rejected") rejected++;
      else if (!want.every((w, j) => Math.abs(w - r.value[j]) < 1e-2 * (1 + Math.abs(w)))) wrong++;
    }
    must(wrong + rejected === 0, `${wrong} wrong without a word, ${rejected} rejected`);
  },
  "x08 two scopes at once keep to their own tensors": async (dev) => {
    const one = dev.scope(async () => {
      const a = await dev.evaluate(d.full([2], 1));
      await nap(60);
      return dev.evaluate(d.add(a, 1));
    });
    const two = dev.scope(async () => {
      await nap(10);
      const c = await dev.evaluate(d.full([2], 5));
      await nap(200);
      return dev.evaluate(d.mul(c, 2));
    });
    must((await values(await one)) === "2,2" && (await values(await two)) === "10,10", "values");
  },
  "x10 a scope that throws gives its memory back": async (dev) => {
    const fail = () =>
      dev.scope(async () => {
        await dev.evaluate(d.add(d.full([100000], 7), 1));
        throw new Error("mine");
      });
    await refusal(fail);
    const before = dev.allocatedBytes();
    for (let i = 0; i < 5; i++) await refusal(fail);
    must(dev.allocatedBytes() - before < 400000, `${dev.allocatedBytes() - before} bytes more`);
  },
  "x11 an exception in a traced function leaves the program usable": async (dev) => {
    let fail = true;
    const p = dev.compile((x) => {
      if (fail) throw new RangeError("my own");
      return d.add(x, 1);
    });
    await mustRefuse(() => p(f32([1])), /my own/);
    fail = false;
    must((await values(await p(f32([1])))) === "2", "second call");
  },
  "x12 a compiled program called in a traced function: the error says so": async (dev) => {
    const inner = dev.compile((x) => d.add(x, 1));
    await mustRefuse(() => dev.compile((x) => inner(x))(f32([1])), /compiled program|already compiled|inside/);
  },
  "x14 numbers as arguments trace once": async (dev) => {
    let traces = 0;
    const p = dev.compile((x, k) => {
      traces++;
      return d.mul(x, k);
    });
    for (let i = 0; i < 50; i++) await p(f32([1]), i / 3);
    must(traces === 1, `${traces} traces`);
  },
  "x15 foldIn of a step number above 2^24, of a clock, as a compiled program's argument": async (dev) => {
    const p = dev.compile((k) => d.random.foldIn(d.random.key(0), k));
    const [same, other] = [
      await values(await dev.evaluate(d.random.foldIn(d.random.key(0), 16777217))),
      await refusal(async () => values(await p(16777217))),
    ];
    if (other === null)
      must((await values(await p(16777217))) === same, "16777217 gives the key of 16777216, without a word");
  },
  "x16 a tensor of another device is refused with the mend": async (dev, kind) => {
    const two = await open(kind);
    const x = await dev.evaluate(d.ones([2]));
    await mustRefuse(() => two.evaluate(d.add(x, 1)), /another device/);
    two.close();
    await dev.evaluate(d.add(x, 1));
  },
  "x17 the process ends by itself without close()": async () => {
    const out = await script(
      `const dev = await node.openDevice({ log: () => {} }); await dev.evaluate(d.ones([1])); console.log("end");`,
      20000,
    );
    must(/end/.test(out), out);
  },
  "x20 a device destroyed in mid-run: the calls reject and say it": async () => {
    const out = await script(
      `
      const { create } = await import(root + "/node_modules/webgpu/index.js"); const gpu = create([]); globalThis.keep = gpu;
      const raw = await (await gpu.requestAdapter()).requestDevice(); const dev = await d.openDevice({ device: raw });
      const p = dev.compile((x) => d.matmul(x, x)); const x = await dev.evaluate(d.ones([512, 512])); await p(x);
      const calls = [p(x), p(x), p(x)]; raw.destroy();
      for (const r of await Promise.allSettled(calls)) console.log(r.status, r.reason?.message); process.exit(0);`,
      30000,
    );
    must(out.match(/rejected .*lost/g)?.length === 3, out);
  },
  "x21 freed memory of other sizes does not pile up": async (dev, kind) => {
    if (kind === "ref") return;
    const before = process.memoryUsage().rss;
    for (let k = 0; k < 12; k++) dev.free(await dev.evaluate(d.add(d.full([Math.floor(6e6 * 1.13 ** k)], 1), 1)));
    await nap(300);
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    must(
      grown < 250,
      `all freed (${dev.allocatedBytes()} bytes in use), yet the process grew by ${grown | 0} MiB; the largest tensor has 87`,
    );
  },
  "x22 a loop that drops its old tensors without donating stays bounded": async (dev) => {
    const p = dev.compile((x) => d.mul(x, 1.0001));
    let x = await dev.evaluate(d.ones([1_000_000]));
    let peak = 0;
    for (let i = 0; i < 200; i++) {
      x = await p(x);
      peak = Math.max(peak, dev.allocatedBytes());
    }
    must(peak < 64 * 4e6, `holds ${(peak / 4e6) | 0} tensors of which one is reachable`);
  },
  "x24 a chain of 10,000 ops": async (dev) => {
    const p = dev.compile((x) => {
      let y = x;
      for (let i = 0; i < 10000; i++) y = d.add(d.mul(y, 0.9999), 0.0001);
      return y;
    });
    must(Math.abs((await (await p(f32([2]))).item()) - (1 + 0.9999 ** 10000)) < 1e-3, "value");
  },
  "x25 the gradient of a 1,000-step chain": async (dev) => {
    const f = (x) => {
      let y = x;
      for (let i = 0; i < 1000; i++) y = d.sin(y);
      return d.sum(y);
    };
    const want = [2, 1].map((x) => {
      let [y, g] = [x, 1];
      for (let i = 0; i < 1000; i++) {
        g *= Math.cos(y);
        y = Math.sin(y);
      }
      return g;
    });
    const got = await (await dev.compile(d.grad(f))(f32([2, 1]))).data();
    must(
      want.every((w, i) => Math.abs(got[i] - w) < 1e-3 * Math.abs(w)),
      `${got} for ${want}`,
    );
  },
  "x26 more than 65,535 rows: sums, softmax, sort, cumsum, batched products, pooling, convolution": async (dev) => {
    const n = 70000;
    const rnd = (shape, k = 1) => d.random.uniform(d.random.key(k), shape, { from: -1, to: 1 });
    const ref = d.referenceDevice();
    const works = [
      () => d.sum(rnd([n, 5]), { axis: 1 }),
      () => d.sum(rnd([5, n]), { axis: 0 }),
      () => d.softmax(rnd([n, 3])),
      () => d.sort(rnd([n, 4])),
      () => d.cumsum(rnd([n, 3]), { axis: 1 }),
      () => d.matmul(rnd([n, 2, 2]), rnd([n, 2, 2], 2)),
      () => d.maxPool2d(rnd([n, 2, 2, 1]), { size: 2 }),
      () => d.conv2d(rnd([n, 2, 2, 1]), rnd([2, 2, 1, 1], 2)),
      () => d.gather(rnd([10, 3]), d.mod(d.arange(n, { dtype: "i32" }), 10)),
    ];
    for (const f of works) {
      const [a, b] = [await (await dev.evaluate(f())).data(), await (await ref.evaluate(f())).data()];
      must(
        b.every((v, i) => Math.abs(a[i] - v) < 1e-4 * (1 + Math.abs(v))),
        f.toString(),
      );
    }
  },
  "x27 a tensor larger than a binding: one clear error, the device goes on": async (dev, kind) => {
    if (kind === "ref") return;
    await mustRefuse(
      () => dev.evaluate(d.sum(d.mul(d.tensor(new Float32Array(40_000_000)), 2))),
      /binds 134217728 at most/,
    );
    must((await (await dev.evaluate(d.sum(d.ones([3])))).item()) === 3, "afterwards");
  },
  "x28 the sum of 10^8 ones": async (dev, kind) => {
    if (kind === "ref") return; // 400 MB there
    must((await (await dev.evaluate(d.sum(d.ones([100_000_000])))).item()) === 1e8, "value");
  },
  "x31 random: [0,1), tails, split streams, permutations": async (dev) => {
    const n = 400_000;
    const get = async (t) => (await dev.evaluate(t)).data();
    const u = await get(d.random.uniform(d.random.key(7), [n]));
    must(
      u.every((v) => v >= 0 && v < 1),
      "range",
    );
    const z = await get(d.random.normal(d.random.key(8), [n]));
    const tail = z.reduce((c, v) => c + (Math.abs(v) > 3), 0);
    must(Math.abs(tail - 0.0026998 * n) < 5 * Math.sqrt(0.0027 * n), `${tail} beyond 3σ`);
    const [a, b] = await Promise.all(d.random.split(d.random.key(0), 2).map((k) => get(d.random.normal(k, [n]))));
    must(Math.abs(a.reduce((c, v, i) => c + v * b[i], 0)) < 5 * Math.sqrt(n), "split streams correlate");
    const draw = dev.compile((k) =>
      d.stack(Array.from({ length: 100 }, (_, i) => d.random.permutation(d.random.foldIn(k, i), 4))),
    );
    const counts = new Map();
    for (let r = 0; r < 24; r++) {
      const x = await (await draw(d.random.key(r))).data();
      for (let i = 0; i < 100; i++) {
        const s = x.slice(4 * i, 4 * i + 4).join();
        counts.set(s, (counts.get(s) ?? 0) + 1);
      }
    }
    const chi = [...counts.values()].reduce((c, v) => c + (v - 100) ** 2 / 100, 0);
    must(counts.size === 24 && chi < 60, `${counts.size} permutations, χ² ${chi}`);
  },
  "x32 plain JavaScript: a wrong operand is refused, not NaN": async () => {
    const x = f32([1, 2, 3, 4], [2, 2]);
    for (const [what, f] of Object.entries({
      "add(x, [1,2])": () => d.add(x, [1, 2]),
      "add(x, undefined)": () => d.add(x, undefined),
      "add(x, Float32Array)": () => d.add(x, new Float32Array(2)),
      "tensor(undefined)": () => d.tensor(undefined),
      "full([2])": () => d.full([2]),
    }))
      await mustRefuse(f, /./, what);
  },
  "x34 checkGrads refuses an infinite gradient of a smooth function": async () => {
    const wrong = d.customVjp(
      (x) => d.square(x),
      ({ args: [x], g }) => [d.mul(g, d.div(2, d.sub(x, 1)))],
    );
    await mustRefuse(() => testing.checkGrads((x) => wrong(x), [f32([1, 2])]), /wrong gradient/);
  },
  "x35 checkGrads accepts log at 0.01": async () => {
    testing.checkGrads((x) => d.log(x), [f32([0.01, 0.5])]);
  },
  "x36 plain JavaScript: a wrong dtype, shape or key is named": async () => {
    const x = f32([1, 2]);
    for (const [what, f] of Object.entries({
      "cast(x, 'float32')": () => d.evaluateReference(d.cast(x, "float32")),
      "zeros(3)": () => d.zeros(3),
      "gather(x, [0])": () => d.gather(x, [0]),
      "normal(3, [2])": () => d.random.normal(3, [2]),
    }))
      await mustRefuse(f, /cast|zeros|full|gather|normal|key|dtype|shape|tensor/, what);
  },
};
