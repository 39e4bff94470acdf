import { ConfigError, ShapeError } from "../errors.ts";
import { captureSite } from "../site.ts";
import type { TensorType } from "../tensor.ts";
import { formatType } from "../tensor.ts";

interface EinsumLabels {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Reads `"bij,bjk->bik"`; an ellipsis becomes labels `…k`, counted from the right. */
export function parseEinsum(formula: string, operands: readonly TensorType[]): EinsumLabels {
  const wrong = (message: string): never => {
    throw new ConfigError(`einsum: ${message}`, [`"${formula}"`, 'expects letters, as in "ij,jk->ik"'], captureSite());
  };
  const [from, to, ...more] = formula.replace(/\s/g, "").split("->");
  const lists = from!.split(",");
  if (more.length > 0) wrong("more than one ->");
  if (lists.length !== operands.length) wrong(`${lists.length} lists of labels for ${operands.length} operands`);
  for (const list of to === undefined ? lists : [...lists, to]) {
    if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(list)) wrong(`cannot read "${list}"`);
  }
  const widest = Math.max(...lists.map((list, i) => ellipsisRank(list, operands[i]!, formula)));
  const dots = (count: number): string[] => Array.from({ length: count }, (_, i) => `…${count - i}`);
  const expand = (list: string, count: number): string[] => {
    const [before, after] = list.split("...");
    return after === undefined ? [...list] : [...before!, ...dots(count), ...after];
  };
  const inputs = lists.map((list, i) => expand(list, ellipsisRank(list, operands[i]!, formula)));
  const output = to === undefined ? [...dots(widest), ...onceOnly(lists)] : expand(to, widest);
  if (new Set(output).size !== output.length) wrong("a label stands twice in the result");
  return { inputs, output };
}

/** Letters that occur once in all lists together, in alphabetical order. */
function onceOnly(lists: readonly string[]): string[] {
  const letters = [...lists.join("").replaceAll(".", "")];
  return letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
}

/** Axes that the ellipsis of a list stands for. */
function ellipsisRank(list: string, operand: TensorType, formula: string): number {
  const named = list.replace("...", "").length;
  const rest = operand.shape.length - named;
  if (rest < 0 || (rest > 0 && !list.includes("..."))) {
    throw new ShapeError(
      `einsum: "${list}" names ${named} axes, the operand is ${formatType(operand)}`,
      [`"${formula}"`],
      captureSite(),
    );
  }
  return rest;
}
