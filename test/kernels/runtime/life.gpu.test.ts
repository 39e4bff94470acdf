import fc from "fast-check";
import { expect, it } from "vitest";
import type { Device, Program, Scope } from "../../../src/tensor/device.ts";
import { add, mul } from "../../../src/tensor/ops/elementwise.ts";
import type { AnyTensor } from "../../../src/tensor/tensor.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { onEveryDevice } from "../../support/every-device.ts";

// A device's life as a sequence of commands, against a model that is a list of values and of reasons why they are gone.

/** A tensor as it should be. */
interface Expected {
  readonly values: readonly number[];
  /** Why reading it is refused; undefined while it lives. */
  gone: RegExp | undefined;
  /** Number of the scope that it belongs to. */
  owner: number | undefined;
}

interface Model {
  readonly tensors: Expected[];
  /** Scopes by number; whether each is open. */
  readonly open: boolean[];
  closed: boolean;
}

interface OpenScope {
  readonly scope: Scope;
  end(kept: readonly AnyTensor[]): void;
  readonly ended: Promise<unknown>;
}

interface Real {
  readonly device: Device;
  readonly tensors: AnyTensor[];
  readonly scopes: OpenScope[];
  readonly combine: Program<[AnyTensor, AnyTensor, number], { sum: AnyTensor; first: AnyTensor }>;
  readonly update: Program<[{ w: AnyTensor }, AnyTensor], { w: AnyTensor; twice: AnyTensor }>;
}

type Command = fc.AsyncCommand<Model, Real>;

const whenClosed = /device is closed\n {2}closed at .*life/;
const isAlive = ({ gone }: Expected): boolean => gone === undefined;

/** Of a list, by a number that is drawn before its length is known. */
const pick = <T>(list: readonly T[], at: number): number => at % list.length;

/** The device or one of the open scopes, with its number. */
function handleOf(model: Model, real: Real, at: number): [Device, number | undefined] {
  const open = model.open.flatMap((isOpen, number) => (isOpen ? [number] : []));
  const number = [undefined, ...open][at % (open.length + 1)];
  return [number === undefined ? real.device : real.scopes[number]!.scope, number];
}

function command(
  name: string,
  check: (model: Model) => boolean,
  run: (model: Model, real: Real) => Promise<void>,
): Command {
  return { check: (model) => check(model as Model), run, toString: () => name };
}

const some = ({ tensors }: Model): boolean => tensors.length > 0;

/** Expects `result` if all of `inputs` live and the device is open, else a refusal that says why. */
async function expectMade(
  model: Model,
  inputs: readonly Expected[],
  make: () => Promise<readonly AnyTensor[]>,
): Promise<readonly AnyTensor[] | undefined> {
  const reason = model.closed ? whenClosed : inputs.find((input) => !isAlive(input))?.gone;
  if (reason === undefined) return make();
  await expect((async () => make())()).rejects.toThrow(reason);
  return undefined;
}

const note = (
  model: Model,
  real: Real,
  made: AnyTensor,
  values: readonly number[],
  owner: number | undefined,
): void => {
  model.tensors.push({ values, gone: undefined, owner });
  real.tensors.push(made);
};

const number = fc.nat(1000);
const commands: fc.Arbitrary<Command>[] = [
  fc.tuple(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 }), number).map(([values, at]) =>
    command(
      `put ${values} by ${at}`,
      () => true,
      async (model, real) => {
        const [handle, owner] = handleOf(model, real, at);
        const made = await expectMade(model, [], async () => [handle.put(tensor(values))]);
        if (made !== undefined) note(model, real, made[0]!, values, owner);
      },
    ),
  ),
  fc.tuple(number, number, number).map(([i, j, at]) =>
    command(`evaluate ${i} + 2·${j} by ${at}`, some, async (model, real) => {
      const [a, b] = [pick(model.tensors, i), pick(model.tensors, j)];
      const [x, y] = [model.tensors[a]!, model.tensors[b]!];
      const [handle, owner] = handleOf(model, real, at);
      const made = await expectMade(model, [x, y], async () => [
        await handle.evaluate(add(real.tensors[a]!, mul(real.tensors[b]!, 2))),
      ]);
      if (made !== undefined)
        note(
          model,
          real,
          made[0]!,
          x.values.map((v, k) => v + 2 * y.values[k]!),
          owner,
        );
    }),
  ),
  fc.tuple(number, number, fc.integer({ min: -3, max: 3 }), number).map(([i, j, k, at]) =>
    command(`call ${i} · ${k} + ${j} by ${at}`, some, async (model, real) => {
      const [a, b] = [pick(model.tensors, i), pick(model.tensors, j)];
      const [x, y] = [model.tensors[a]!, model.tensors[b]!];
      const [handle, owner] = handleOf(model, real, at);
      const made = await expectMade(model, [x, y], async () => {
        const args = [real.tensors[a]!, real.tensors[b]!, k] as const;
        const { sum, first } =
          owner === undefined ? await real.combine(...args) : await (handle as Scope).run(real.combine, ...args);
        return [sum, first];
      });
      if (made === undefined) return;
      note(
        model,
        real,
        made[0]!,
        x.values.map((v, n) => v * k + y.values[n]!),
        owner,
      );
      note(model, real, made[1]!, x.values, owner); // the argument as it is: a tensor of its own
    }),
  ),
  fc.tuple(number, number).map(([i, j]) =>
    command(`donate ${i} with ${j}`, some, async (model, real) => {
      const [a, b] = [pick(model.tensors, i), pick(model.tensors, j)];
      const [w, y] = [model.tensors[a]!, model.tensors[b]!];
      if (real.tensors[a] === real.tensors[b]) return;
      const made = await expectMade(model, [w, y], async () => {
        const out = await real.update({ w: real.tensors[a]! }, real.tensors[b]!);
        return [out.w, out.twice];
      });
      if (made === undefined) return;
      w.gone = /donated to update at .*life/;
      note(
        model,
        real,
        made[0]!,
        w.values.map((v, n) => v + y.values[n]!),
        undefined,
      );
      note(
        model,
        real,
        made[1]!,
        y.values.map((v) => 2 * v),
        undefined,
      );
    }),
  ),
  number.map((i) =>
    command(`free ${i}`, some, async (model, real) => {
      const a = pick(model.tensors, i);
      const x = model.tensors[a]!;
      const freed = await expectMade(model, [x], async () => {
        real.device.free(real.tensors[a]!);
        return [];
      });
      if (freed !== undefined) x.gone = /freed at .*life/;
    }),
  ),
  fc.constant(
    command(
      "open a scope",
      ({ closed }) => !closed,
      async (model, real) => {
        let end: OpenScope["end"] = () => undefined;
        const scope = await new Promise<OpenScope>((opened) => {
          const ended = real.device.scope(async (handle) => {
            const kept = new Promise<readonly AnyTensor[]>((done) => {
              end = done;
            });
            queueMicrotask(() => opened({ scope: handle, end, ended }));
            return kept;
          });
        });
        real.scopes.push(scope);
        model.open.push(true);
      },
    ),
  ),
  fc.tuple(number, fc.nat(3)).map(([at, keep]) =>
    command(
      `end scope ${at}, keep each ${keep}`,
      ({ open }) => open.includes(true),
      async (model, real) => {
        const open = model.open.flatMap((isOpen, n) => (isOpen ? [n] : []));
        const ending = open[pick(open, at)]!;
        const mine = model.tensors.flatMap((x, n) => (x.owner === ending && isAlive(x) ? [n] : []));
        const kept = mine.filter((_, n) => keep > 0 && n % keep === 0);
        real.scopes[ending]!.end(kept.map((n) => real.tensors[n]!));
        await real.scopes[ending]!.ended;
        model.open[ending] = false;
        for (const n of mine) {
          if (kept.includes(n)) model.tensors[n]!.owner = undefined;
          else model.tensors[n]!.gone = /freed at the end of its scope/;
        }
      },
    ),
  ),
  number.map((i) =>
    command(`read ${i}`, some, async (model, real) => {
      const a = pick(model.tensors, i);
      const x = model.tensors[a]!;
      if (model.closed || !isAlive(x))
        await expect(real.tensors[a]!.data()).rejects.toThrow(model.closed ? whenClosed : x.gone!);
      else expect([...(await real.tensors[a]!.data())]).toEqual(x.values);
    }),
  ),
  fc.integer({ min: 1, max: 10 }).map((chance) =>
    command(
      "close",
      () => chance === 1, // rarely: what follows is refused
      async (model, real) => {
        await real.device.close();
        model.closed = true;
        expect(real.device.allocatedBytes()).toBe(0);
      },
    ),
  ),
];

/** Every tensor that lives has its value, every other says why not; then all goes back. */
async function settle(model: Model, real: Real): Promise<void> {
  for (const [n, x] of model.tensors.entries()) {
    if (model.closed || !isAlive(x))
      await expect(real.tensors[n]!.data()).rejects.toThrow(model.closed ? whenClosed : x.gone!);
    else expect([...(await real.tensors[n]!.data())]).toEqual(x.values);
  }
  for (const { end, ended } of real.scopes) {
    end([]);
    await ended;
  }
  if (model.closed) return;
  for (const [n, x] of model.tensors.entries())
    if (isAlive(x) && (x.owner === undefined || !model.open[x.owner])) real.device.free(real.tensors[n]);
}

onEveryDevice("a device's life", (open) => {
  it("puts, computes, calls, donates, frees, opens and ends scopes, reads and closes as a simple model does", {
    timeout: 240_000,
  }, async () => {
    let device = await open();
    const programs = () => ({
      combine: device.compile((x: AnyTensor, y: AnyTensor, k: number) => ({ sum: add(mul(x, k), y), first: x })),
      update: device.compile(
        function update(state: { w: AnyTensor }, y: AnyTensor) {
          return { w: add(state.w, y), twice: mul(y, 2) };
        },
        { donate: [0] },
      ),
    });
    let compiled = programs();
    const runs = device.info().kind === "gpu" ? 120 : 300;
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40 }), async (sequence) => {
        const before = device.memory().tensorBytes;
        const model: Model = { tensors: [], open: [], closed: false };
        const real: Real = { device, tensors: [], scopes: [], ...compiled };
        await fc.asyncModelRun(() => ({ model, real }), sequence);
        await settle(model, real);
        if (model.closed) {
          device = await open();
          compiled = programs();
        } else expect(device.memory().tensorBytes).toBe(before);
      }),
      { numRuns: runs },
    );
    await device.close();
  });
});
