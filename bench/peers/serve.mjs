// The peers' end of ../protocol.ts: one JSON object a line. A peer brings `prepare(task, arrays)`, which gives
// { call(), read(outputs, name), drop(outputs), release() }, and `wait(outputs)`, which ends when the device is done.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
console.log = console.error; // the libraries' own words must not mix with ours

/** A work's operands by name: { shape, values }. */
function readArrays(file, entries) {
  const bytes = readFileSync(file);
  return Object.fromEntries(
    entries.map(({ name, shape, dtype, offset }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const range = bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * size);
      return [name, { shape, values: dtype === "f32" ? new Float32Array(range) : new Int32Array(range) }];
    }),
  );
}

export async function serve(hello, { prepare, wait }) {
  say(hello);
  let current;
  const handlers = {
    async prepare({ task, file, entries, wanted }) {
      current?.release();
      current = undefined;
      const work = await prepare(task, readArrays(file, entries));
      current = work;
      const start = performance.now();
      let outputs = work.call();
      await wait(outputs);
      const firstMs = performance.now() - start;
      const values = [];
      for (const [i, elements] of wanted.entries()) {
        if (i > 0) outputs = work.call();
        const found = [];
        for (const { output, indices } of elements) {
          const all = await work.read(outputs, output);
          found.push(indices.map((index) => all[index]));
        }
        values.push(found);
        work.drop(outputs);
      }
      return { firstMs, values };
    },
    async time({ samples, calls }) {
      const ms = [];
      for (let sample = 0; sample < samples; sample++) {
        const start = performance.now();
        let outputs;
        for (let i = 0; i < calls; i++) {
          if (outputs !== undefined) current.drop(outputs);
          outputs = current.call();
        }
        await wait(outputs);
        ms.push((performance.now() - start) / calls);
        current.drop(outputs);
      }
      return { ms };
    },
    async memory() {
      return { mib: process.resourceUsage().maxRSS / 1024 };
    },
  };
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line);
      say(await handlers[request.do](request));
    } catch (error) {
      say({ error: String(error?.message ?? error) });
    }
  }
  process.exit(0);
}
