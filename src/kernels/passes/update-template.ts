import type { Op } from "../../tensor/op.ts";
import { apply1 } from "../../tensor/op.ts";
import { broadcastTo } from "../../tensor/ops/broadcast.ts";
import { scalar } from "../../tensor/ops/operand.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { withSite } from "../../tensor/site.ts";
import type { AnyTensor, Node } from "../../tensor/tensor.ts";
import { leaf, outputOf } from "../../tensor/tensor.ts";
import { layOut } from "../adapter/alignment.ts";
import type { UpdateTemplate } from "../codegen/packed-update.ts";
import { bytesOf } from "../graph/buffer-ref.ts";
import { literalValue } from "../graph/literal.ts";
import { paramsKey } from "../graph/params-key.ts";
import type { Update } from "./find-updates.ts";
import { isScalarF32 } from "./find-updates.ts";

/** What several updates have in common, and where they differ. */
export interface CommonUpdate {
  readonly template: UpdateTemplate;
  /** For each slot of the template, each update's operand. */
  readonly slots: readonly (readonly AnyTensor[])[];
  readonly scalars: readonly AnyTensor[];
}

/** The one element behind a broadcast; null for anything else. */
function scalarSource(tensor: AnyTensor): AnyTensor | null {
  let at = tensor;
  while (sizeOf(at.shape) !== 1) {
    const view = (at.node.op as unknown as Op | undefined)?.view?.(at.node.inputs, at, at.node.params);
    const whole = view?.kind === "flat" || (view?.pieces.length === 1 && view.pieces[0]!.inside.length === 0);
    if (!whole) return null;
    at = at.node.inputs[0]!;
  }
  return at === tensor || at.dtype !== "f32" ? null : at;
}

/** A text that is equal for updates that {@link commonUpdate} may join: the formula over leaves, operands and shared scalars. */
export function formulaOf({ roots, leaves, body }: Update, idOf: (thing: object) => number): string {
  const seen = new Map<string, number>();
  const name = (kind: string, { node, index }: AnyTensor): string => {
    const key = `${kind}${idOf(node)}.${index}`;
    if (!seen.has(key)) seen.set(key, seen.size);
    return `${kind}${seen.get(key)}`;
  };
  const text = (tensor: AnyTensor): string => {
    const own = leaves.findIndex(({ node }) => node === tensor.node);
    if (own >= 0) return `w${own}`;
    const literal = literalValue(tensor);
    if (literal !== null) return `=${Object.is(literal, -0) ? "-0" : literal}`;
    const source = scalarSource(tensor);
    if (source !== null) return `s${idOf(source.node)}.${source.index}`;
    if (!body.has(tensor.node)) return name("x", tensor);
    const before = seen.size;
    const reference = name("@", tensor);
    if (seen.size === before) return reference;
    const { op, params, inputs } = tensor.node;
    return `${reference}:${idOf(op!)}${paramsKey(params, idOf)}(${inputs.map(text).join()})`;
  };
  return roots.map((root) => text(outputOf(root, 0))).join(";");
}

/**
 * One program for updates of equal formula. Operands are taken as far up as all updates go the same way: two that Adam derives from
 * one gradient become that gradient.
 *
 * @param written - values that take donated buffers: operands are not taken from behind them, where older values were.
 */
export function commonUpdate(
  updates: readonly Update[],
  written: ReadonlySet<Node>,
  idOf: (thing: object) => number,
): CommonUpdate {
  const { offsets, bytes } = layOut(updates.map(({ leaves }) => bytesOf(leaves[0]!)));
  const shape = [bytes / 4];
  const standIn = (of: readonly number[]): AnyTensor => leaf({ shape: of, dtype: "f32" }, { kind: "input" });
  const leaves = updates[0]!.leaves.map(() => standIn(shape));
  const slots: { standIn: AnyTensor; operands: readonly AnyTensor[] }[] = [];
  const scalars: { standIn: AnyTensor; source: AnyTensor }[] = [];
  const made = new Map<string, AnyTensor>();
  const shared = (source: AnyTensor): AnyTensor => {
    let known = scalars.find((one) => one.source.node === source.node && one.source.index === source.index);
    if (known === undefined) {
      known = { standIn: standIn(source.shape), source };
      scalars.push(known);
    }
    return broadcastTo(known.standIn, shape);
  };
  const build = (tensors: readonly AnyTensor[]): AnyTensor => {
    const key = tensors.map(({ node, index }) => `${idOf(node)}.${index}`).join();
    const known = made.get(key);
    if (known !== undefined) return known;
    const built = join(tensors);
    made.set(key, built);
    return built;
  };
  const join = (tensors: readonly AnyTensor[]): AnyTensor => {
    const first = tensors[0]!;
    const own = updates[0]!.leaves.findIndex(({ node }) => node === first.node);
    if (own >= 0) return leaves[own]!;
    const literal = literalValue(first);
    if (literal !== null) return broadcastTo(scalar(literal, "f32"), shape);
    const source = scalarSource(first);
    if (source !== null) return shared(source);
    if (goesOn(tensors, updates, written, idOf)) {
      const { op, params } = first.node;
      return apply1(
        op as unknown as Op<unknown>,
        first.node.inputs.map((_, i) => build(tensors.map(({ node }) => node.inputs[i]!))),
        params,
      );
    }
    const slot = { standIn: standIn(shape), operands: tensors };
    slots.push(slot);
    return slot.standIn;
  };
  const roots = withSite(updates[0]!.roots[0]!.site, () =>
    leaves.map((over, i) => ({ tensor: build(updates.map(({ roots }) => outputOf(roots[i]!, 0))), over })),
  );
  const template: UpdateTemplate = {
    members: updates.length,
    offsets,
    bytes,
    roots,
    leaves,
    slots: slots.map((slot) => slot.standIn),
    scalars: scalars.map((one) => one.standIn),
  };
  return { template, slots: slots.map(({ operands }) => operands), scalars: scalars.map(({ source }) => source) };
}

/** True if all tensors are made alike by an elementwise op, so that its inputs are joined instead. */
function goesOn(
  tensors: readonly AnyTensor[],
  updates: readonly Update[],
  written: ReadonlySet<Node>,
  idOf: (thing: object) => number,
): boolean {
  if (tensors.every(({ node }, i) => updates[i]!.body.has(node))) return true; // by their equal formula
  const key = ({ node }: AnyTensor): string => `${idOf(node.op!)}${paramsKey(node.params, idOf)}`;
  if (!tensors.every((tensor) => isScalarF32(tensor.node) && !written.has(tensor.node))) return false;
  if (!tensors.every((tensor) => key(tensor) === key(tensors[0]!))) return false;
  const scalarKey = (tensor: AnyTensor): string => {
    const source = scalarSource(tensor);
    return source === null ? "" : `${idOf(source.node)}.${source.index}`;
  };
  return tensors[0]!.node.inputs.every((input, i) =>
    tensors.every(({ node }) => {
      const other = node.inputs[i]!;
      return Object.is(literalValue(other), literalValue(input)) && scalarKey(other) === scalarKey(input);
    }),
  );
}
