import type { NumericArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import { formatSite } from "./site.ts";
import type { AnyTensor } from "./tensor.ts";
import { formatType } from "./tensor.ts";

const edge = 3; // elements shown at each end of a long axis
const long = 8;

/** What `console.log` shows: dtype, shape, where the tensor lives, and its values when they are on the host. */
export function printTensor(tensor: AnyTensor): string {
  const type = `Tensor ${formatType(tensor)}`;
  const { op, source, site } = tensor.node;
  if (source === undefined) {
    const where = site === undefined ? undefined : formatSite(site);
    return `${type} program: ${op.name}${where === undefined ? "" : ` at ${where}`}`;
  }
  if (source.kind === "input") return `${type} input of a traced program`;
  if (source.kind === "device") {
    return source.storage.gone === undefined ? `${type} on the device` : `${type} gone: ${source.storage.gone}`;
  }
  const show = (value: number): string =>
    tensor.dtype === "bool" ? String(value !== 0) : String(Number(value.toPrecision(6)));
  const values = nested(source.data, tensor.shape, show);
  return `${type} on the host${values.includes("\n") ? "\n" : " "}${values}`;
}

function nested(data: NumericArray, shape: Shape, show: (value: number) => string): string {
  const walk = (axis: number, offset: number, stride: number): string => {
    if (axis === shape.length) return show(data[offset]!);
    const n = shape[axis]!;
    const step = n === 0 ? 0 : stride / n;
    const at = (i: number): string => walk(axis + 1, offset + i * step, step);
    const all = Array.from({ length: n }, (_, i) => i);
    const parts = n > long ? [...all.slice(0, edge).map(at), "…", ...all.slice(-edge).map(at)] : all.map(at);
    const separator = axis === shape.length - 1 ? ", " : `,\n${" ".repeat(axis + 1)}`;
    return `[${parts.join(separator)}]`;
  };
  return walk(0, 0, data.length);
}
