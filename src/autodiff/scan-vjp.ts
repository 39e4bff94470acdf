import type { Body } from "../tensor/body.ts";
import { isFloat } from "../tensor/dtype.ts";
import { topologicalOrder } from "../tensor/graph.ts";
import type { Loop } from "../tensor/loop.ts";
import { savedCount } from "../tensor/loop.ts";
import type { Cotangents, VjpCall } from "../tensor/op.ts";
import { concat } from "../tensor/ops/concat.ts";
import { zeros } from "../tensor/ops/creation.ts";
import { reshape } from "../tensor/ops/reshape.ts";
import { slice } from "../tensor/ops/slice.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { leaf } from "../tensor/tensor.ts";
import { activeNodes } from "./pullback.ts";
import type { RunLoop, State } from "./scan-backward.ts";
import { runBackwards } from "./scan-backward.ts";

/** Consecutive steps of a loop that its gradient goes back over in one loop: `chunks` times `steps`, from row `from` on. */
interface Segment {
  readonly from: number;
  readonly chunks: number;
  readonly steps: number;
  /** The row of the first saved carry. */
  readonly saved: number;
}

/**
 * The gradient of a loop: loops that go back over it, from its saved carries. Where these are `every` > 1 steps apart, they go over chunks
 * of as many steps, each of which is run again as a loop that saves all of its carries, and then gone back over.
 */
export function scanVjp(call: VjpCall<Loop>, run: RunLoop): Cotangents {
  const { g, inputs, outputs, params: loop } = call;
  const { body, carries, rows, every, reverse } = loop;
  const wanted = inputs.map(({ dtype }, i) => call.wanted[i]! && isFloat(dtype));
  const last = carries + rows;
  const firstSaved = body.outputs.length;
  const reached = reachedCarries(loop, g);
  const moving = movingCarries(loop, wanted).map((moves, i) => moves && reached[i]!);
  let state: State = {
    carries: moving.map((moves, i) => (moves ? (g[i] ?? zeros(body.outputs[i]!.shape)) : null)),
    constants: inputs.slice(last).map((): AnyTensor | null => null),
  };
  const found = segmentsOf(loop).map((segment) => {
    const { chunks, steps, saved } = segment;
    const cut = (x: AnyTensor): AnyTensor => cutRows(x, segment, every > 1);
    const cutSaved = (x: AnyTensor): AnyTensor => rowsFrom(x, saved, chunks);
    const back = runBackwards(
      { body: every === 1 ? body : chunkOf(loop, steps, run), carries, rows, length: chunks, reverse, every: 1 },
      {
        saved: outputs.slice(firstSaved).map(cutSaved),
        xs: inputs.slice(carries, last).map(cut),
        ys: g.slice(carries, firstSaved).map((y) => y && cut(y)),
        savedCotangents: g.slice(firstSaved).map((one) => one && cutSaved(one)),
        constants: inputs.slice(last),
      },
      { carries: moving, xs: wanted.slice(carries, last), constants: wanted.slice(last) },
      state,
      run,
    );
    state = back.state;
    return back.xs;
  });
  if (!reverse) found.reverse(); // to the order of rows
  const xs = inputs.slice(carries, last).map((x, i) => {
    const parts = found.flatMap((part) => part[i] ?? []);
    return parts.length === 0 ? null : reshape(concat(parts.map((part) => flatRows(part, x))), x.shape);
  });
  return [...state.carries.map((one, i) => (wanted[i]! ? one : null)), ...xs, ...state.constants];
}

/** Whether each carry changes with the wanted inputs, at some step. */
function movingCarries({ body, carries }: Loop, wanted: readonly boolean[]): boolean[] {
  const moving = body.inputs.map((_, i) => wanted[i]!);
  const order = topologicalOrder(body.outputs);
  for (;;) {
    const active = activeNodes(
      order,
      body.inputs.filter((_, i) => moving[i]),
    );
    const next = body.outputs.findIndex(
      ({ node, dtype }, i) => i < carries && !moving[i] && isFloat(dtype) && active.has(node),
    );
    if (next < 0) return moving.slice(0, carries);
    moving[next] = true;
  }
}

/** Whether a cotangent reaches each carry, at some step. */
function reachedCarries({ body, carries }: Loop, g: Cotangents): boolean[] {
  const has = body.outputs.map((_, i) => g[i] !== null || (i < carries && g[body.outputs.length + i] !== null));
  for (;;) {
    const needed = new Set(topologicalOrder(body.outputs.filter((_, i) => has[i]!)));
    const next = has.findIndex((one, i) => i < carries && !one && needed.has(body.inputs[i]!.node));
    if (next < 0) return has.slice(0, carries);
    has[next] = true;
  }
}

/** The last steps first: the chunk that is shorter than the others, if there is one, and the whole ones. */
function segmentsOf(loop: Loop): Segment[] {
  const { length, every, reverse } = loop;
  const chunks = Math.floor(length / every);
  const rest = length - chunks * every;
  const whole = { from: reverse ? rest : 0, chunks, steps: every, saved: reverse ? savedCount(loop) - chunks : 0 };
  const short = { from: reverse ? 0 : length - rest, chunks: 1, steps: rest, saved: reverse ? 0 : chunks };
  return rest === 0 ? [whole] : [short, whole];
}

/** `steps` steps of a loop as one: a loop that saves all its carries. */
function chunkOf(loop: Loop, steps: number, run: RunLoop): Body {
  const { body, carries, rows } = loop;
  const inputs = body.inputs.map(({ shape, dtype, node }, i) => {
    const isRow = i >= carries && i < carries + rows;
    return leaf({ shape: isRow ? [steps, ...shape] : shape, dtype }, { kind: "input" }, node.site);
  });
  const outputs = run(inputs, { ...loop, length: steps, every: 1 });
  return { inputs, outputs: outputs.slice(0, body.outputs.length) };
}

function rowsFrom(x: AnyTensor, start: number, count: number): AnyTensor {
  return count === x.shape[0] ? x : slice(x, { axis: 0, start, stop: start + count });
}

function cutRows(x: AnyTensor, { from, chunks, steps }: Segment, chunked: boolean): AnyTensor {
  const part = rowsFrom(x, from, chunks * steps);
  return chunked ? reshape(part, [chunks, steps, ...x.shape.slice(1)]) : part;
}

/** Chunks of rows like those of `x`, one after another. */
function flatRows(chunks: AnyTensor, x: AnyTensor): AnyTensor {
  const depth = chunks.shape.length - x.shape.length + 1; // axes that count rows
  const count = chunks.shape.slice(0, depth).reduce((a, b) => a * b, 1);
  return reshape(chunks, [count, ...x.shape.slice(1)]);
}
