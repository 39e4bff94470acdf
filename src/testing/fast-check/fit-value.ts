import type { Domain } from "../../tensor/op.ts";
import { arange } from "../../tensor/ops/creation.ts";
import { add, mul, sigmoid } from "../../tensor/ops/elementwise.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { slice } from "../../tensor/ops/slice.ts";
import { tile } from "../../tensor/ops/tile.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sameShape, sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";

/** A value cut or repeated to a shape, by views alone; undefined where the shape is empty. */
export function fitShape(value: AnyTensor, shape: Shape): AnyTensor | undefined {
  const [have, want] = [sizeOf(value.shape), sizeOf(shape)];
  if (want === 0) return undefined;
  if (sameShape(value.shape, shape)) return value;
  const flat: AnyTensor = reshape(value, [have]);
  const long: AnyTensor = have >= want ? flat : tile(flat, { repeats: [Math.ceil(want / have)] });
  const cut: AnyTensor = long.shape[0] === want ? long : slice(long, { start: 0, stop: want });
  return reshape(cut, shape);
}

const standard: Domain = { kind: "interval", from: -2, to: 2 };
const roomy = 8; // |x| of values that need not be distinct

/** Whether an op takes these numbers as they are. */
export function isInside(values: Float64Array, domain: Domain | undefined): boolean {
  const { kind } = domain ?? standard;
  if (kind === "distinct" && new Set(values).size < values.length) return false;
  const [from, to] = domain?.kind === "interval" ? [domain.from, domain.to] : [-roomy, roomy];
  return values.every((x) => x >= from && x <= to);
}

/** A value bent into a domain, smoothly. */
export function intoDomain(value: AnyTensor, domain: Domain = standard): AnyTensor {
  const { from, to } = domain.kind === "interval" ? domain : { from: -2, to: 2 };
  const inside = add(from, mul(to - from, sigmoid(value as Tensor)));
  if (domain.kind !== "distinct") return inside;
  const count = sizeOf(value.shape);
  return add(inside, reshape(mul(4, arange(count)), value.shape)); // steps as wide as the interval keep them apart
}
