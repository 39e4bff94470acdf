import type { DType } from "./dtype.ts";
import { TraceError } from "./errors.ts";
import type { Shape } from "./shape.ts";
import { formatShape } from "./shape.ts";
import { captureSite } from "./site.ts";
import type { Node } from "./tensor.ts";

/**
 * What JavaScript does with an object by itself, where it would go wrong silently with a tensor: to compare it, to compute with
 * it, to make it a key, to write it as JSON. It offers no hook for `x === 0`, `if (x)`, `!x` and `x ?? y`: those see an object.
 */
export abstract class MisuseHooks {
  abstract readonly node: Node;
  abstract readonly shape: Shape;
  abstract readonly dtype: DType;

  /** So that `x > 1`, `x == 1` and `x + 1` are errors, not NaN or false; and `table[x]`, where x is being traced, not undefined. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint !== "string") {
      throw misuse(this, "used as a number", "for a program use greater, where, add, …; for a value await x.item()");
    }
    if (dependsOnInput(this.node)) {
      throw misuse(this, "used as text or as a key", "while it is traced it has no value: gather reads a table");
    }
    return `Tensor ${this.dtype}${formatShape(this.shape)}`;
  }

  toJSON(): never {
    throw misuse(this, "written as JSON", "write its values: Array.from(await x.data())");
  }
}

/** An error that names a tensor and the caller. */
export function misuse({ dtype, shape }: MisuseHooks, what: string, mend: string): TraceError {
  return new TraceError(`${dtype}${formatShape(shape)} was ${what}`, [mend], captureSite());
}

/** Whether a value hangs on an argument of a traced function. */
function dependsOnInput(root: Node): boolean {
  const [seen, stack] = [new Set([root]), [root]];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.source?.kind === "input") return true;
    for (const { node: input } of node.inputs) {
      if (!seen.has(input)) stack.push(input);
      seen.add(input);
    }
  }
  return false;
}
