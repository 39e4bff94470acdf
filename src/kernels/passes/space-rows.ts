import { pad } from "../../tensor/ops/pad.ts";
import { reshape } from "../../tensor/ops/reshape.ts";
import { slice } from "../../tensor/ops/slice.ts";
import type { Shape } from "../../tensor/shape.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { AnyTensor, TensorType } from "../../tensor/tensor.ts";
import { alignOffset } from "../adapter/alignment.ts";
import { bytesOf } from "../graph/buffer-ref.ts";

/** Bytes from row to row, so that each row can be bound by itself. */
export function rowStride(row: TensorType): number {
  return sizeOf(row.shape) === 0 ? 0 : alignOffset(bytesOf(row));
}

/** The type of `count` rows that can each be bound: as they are, or with gaps. */
export function spacedType(count: number, row: TensorType): TensorType {
  const { shape, dtype } = row;
  const stride = rowStride(row);
  if (count <= 1 || stride === 0 || stride === bytesOf(row)) return { shape: [count, ...shape], dtype };
  return { shape: [count, (stride * 4) / bytesOf({ shape: [4], dtype })], dtype };
}

/** Rows with the gaps of {@link spacedType}. */
export function spacedRows(x: AnyTensor): AnyTensor {
  const [count, ...row] = x.shape as [number, ...number[]];
  const { shape } = spacedType(count, { shape: row, dtype: x.dtype });
  if (shape.length === x.shape.length && shape.every((n, i) => n === x.shape[i])) return x;
  const flat = reshape<AnyTensor, Shape>(x, [count, sizeOf(row)]);
  return pad(flat, {
    padding: [
      [0, 0],
      [0, shape[1]! - sizeOf(row)],
    ],
  });
}

/** Rows of `shape` without the gaps. */
export function compactRows(x: AnyTensor, shape: Shape): AnyTensor {
  if (sizeOf(x.shape) === sizeOf(shape)) return reshape<AnyTensor, Shape>(x, shape);
  return reshape<AnyTensor, Shape>(slice(x, { axis: 1, start: 0, stop: sizeOf(shape) / shape[0]! }), shape);
}
