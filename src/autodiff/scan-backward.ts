import { instantiate } from "../tensor/body.ts";
import type { Loop } from "../tensor/loop.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { add } from "../tensor/ops/elementwise.ts";
import { zerosLike } from "../tensor/ops/like.ts";
import { substitute } from "../tensor/substitute.ts";
import type { AnyTensor, TensorType } from "../tensor/tensor.ts";
import { leaf } from "../tensor/tensor.ts";
import { close } from "./body.ts";
import { pullback } from "./pullback.ts";

/** Builds a loop's node in the language. */
export type RunLoop = (inputs: readonly AnyTensor[], loop: Loop) => readonly AnyTensor[];

/** null: not needed, or exactly zero. */
type Maybe = AnyTensor | null;

/** What each step back reads: rows, one per step of the loop; and what all steps share. */
interface Read {
  /** The carries before the step. */
  readonly saved: readonly AnyTensor[];
  readonly xs: readonly AnyTensor[];
  /** Cotangents of what the step gave. */
  readonly ys: readonly Maybe[];
  /** Cotangents of the saved carries themselves. */
  readonly savedCotangents: readonly Maybe[];
  readonly constants: readonly AnyTensor[];
}

/** Which cotangents are needed. */
interface Wanted {
  readonly carries: readonly boolean[];
  readonly xs: readonly boolean[];
  readonly constants: readonly boolean[];
}

/** What goes from step to step: cotangents of the carries, and sums of those of the constants. */
export interface State {
  readonly carries: readonly Maybe[];
  readonly constants: readonly Maybe[];
}

const standFor = ({ shape, dtype }: TensorType): AnyTensor => leaf({ shape, dtype }, { kind: "input" });
const standForRow = ({ shape, dtype }: TensorType): AnyTensor => standFor({ shape: shape.slice(1), dtype });
const each = (list: readonly Maybe[], f: (one: AnyTensor) => AnyTensor): Maybe[] => list.map((one) => one && f(one));
const present = (list: readonly Maybe[]): AnyTensor[] => list.filter((one) => one !== null);

/**
 * Goes back over a loop that saved all its carries, by one loop: each step computes the body from its saved carry and pulls back through it.
 *
 * @returns the state before the first step, and the cotangents of the rows.
 */
export function runBackwards(
  { body, length, reverse }: Loop,
  read: Read,
  wanted: Wanted,
  state: State,
  run: RunLoop,
): { readonly state: State; readonly xs: readonly Maybe[] } {
  const savedCotangents = read.savedCotangents.map((g, i) => (wanted.carries[i]! ? g : null));
  const saved = read.saved.map(standForRow);
  const xs = read.xs.map(standForRow);
  const constants = read.constants.map(standFor);
  const g = each(state.carries, standFor);
  const gYs = each(read.ys, standForRow);
  const gSaved = each(savedCotangents, standForRow);
  const wrt = [chosen(saved, wanted.carries), chosen(xs, wanted.xs), chosen(constants, wanted.constants)];
  const back = pullBack(instantiate(body, [...saved, ...xs, ...constants]), [...g, ...gYs], wrt);
  const [backCarries, backXs, backConstants] = back as [Maybe[], Maybe[], Maybe[]];
  const sums = each(backConstants, ({ shape }) => standFor({ shape, dtype: "f32" }));

  const carries = [...present(g), ...present(sums)];
  const rows = [...saved, ...xs, ...present(gYs), ...present(gSaved)];
  const next = g.map((one, i) => one && (sumOf(backCarries[i]!, gSaved[i]!) ?? zerosLike(one)));
  const nextSums = sums.map((sum, i) => sum && add(sum, backConstants[i]!));
  const closed = close([...present(next), ...present(nextSums), ...present(backXs)], [...carries, ...rows]);
  const real = new Map(constants.map((stand, i) => [stand.node, read.constants[i]!]));
  const outputs = run(
    [
      ...present(state.carries),
      ...present(sums.map((sum, i) => sum && (state.constants[i] ?? zerosLike(sum)))),
      ...[...read.saved, ...read.xs, ...present(read.ys), ...present(savedCotangents)],
      ...substitute(closed.taken, real),
    ],
    { body: closed.body, carries: carries.length, rows: rows.length, length, reverse: !reverse, every: 1 },
  )[Symbol.iterator]();
  const take = (): AnyTensor => outputs.next().value!;
  return {
    state: { carries: each(g, take), constants: sums.map((sum, i) => (sum === null ? state.constants[i]! : take())) },
    xs: backXs.map((one, i) => (one !== null ? take() : wanted.xs[i]! ? zeros(read.xs[i]!.shape) : null)),
  };
}

const chosen = (list: readonly AnyTensor[], which: readonly boolean[]): Maybe[] =>
  list.map((one, i) => (which[i]! ? one : null));

/** Cotangents of the tensors of `wrt`, each in its place; null too where nothing flows. */
function pullBack(outputs: readonly AnyTensor[], g: readonly Maybe[], wrt: readonly (readonly Maybe[])[]): Maybe[][] {
  const found = pullback(outputs, g, present(wrt.flat()))[Symbol.iterator]();
  return wrt.map((list) => list.map((one) => one && found.next().value!));
}

function sumOf(a: Maybe, b: Maybe): Maybe {
  return a === null ? b : b === null ? a : add(a, b);
}
