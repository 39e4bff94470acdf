import { printable } from "../tensor/printable.ts";

/** A table for LaTeX. Cells are texts. */
export interface TextTable {
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What it is ranked by. */
  readonly note: string;
}

/**
 * Tables as `table` environments with `tabular`, which need no package. The first column stands to the left. What is wider than a page of
 * the class `article` becomes several tables, each with the first column.
 *
 * Letters other than Latin and Greek, such as those of a class's name, need LuaLaTeX or XeLaTeX and a font that has them.
 */
export function latexTables(tables: readonly TextTable[]): string {
  return tables
    .flatMap((table) => columnParts(table).map((columns, part) => tableOf(table, columns, part > 0)))
    .join("\n");
}

/** Points: the text's width in `article`, that of a digit in `\footnotesize`, and what `tabular` puts between columns. */
const width = { text: 345, digit: 4.25, gap: 12 };

/** Columns 1, 2, … in order, as many in each part as fit beside column 0. */
function columnParts({ header, rows }: TextTable): readonly (readonly number[])[] {
  const widths = header.map(
    (title, at) => width.gap + width.digit * Math.max(...[title, ...rows.map((row) => row[at]!)].map((t) => t.length)),
  );
  const parts: number[][] = [];
  let left = 0;
  for (let at = 1; at < header.length; at++) {
    if (widths[at]! > left) {
      parts.push([0]);
      left = width.text - widths[0]!;
    }
    parts.at(-1)!.push(at);
    left -= widths[at]!;
  }
  return parts;
}

function tableOf({ heading, header, rows, note }: TextTable, columns: readonly number[], continued: boolean): string {
  const line = (cells: readonly string[]): string =>
    `    ${columns.map((at) => latexText(cells[at]!)).join(" & ")} \\\\\n`;
  return `\\begin{table}
  \\centering
  \\footnotesize
  \\begin{tabular}{l${"r".repeat(columns.length - 1)}}
    \\hline
${line(header)}    \\hline
${rows.map(line).join("")}    \\hline
  \\end{tabular}
  \\caption{${latexText(continued ? `${heading}, continued.` : `${heading}. ${note}`)}}
\\end{table}
`;
}

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "−": "$-$",
  "×": "$\\times$",
  "→": "$\\rightarrow$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "∞": "$\\infty$",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "‖": "$\\Vert$",
  '"': "''",
};

/** A letter and its command; the others look like Latin ones. */
const greek = new Map(
  (
    "αalpha βbeta γgamma δdelta εvarepsilon ζzeta ηeta θtheta ιiota κkappa λlambda μmu νnu ξxi πpi ρrho σsigma τtau υupsilon φvarphi χchi " +
    "ψpsi ωomega ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΦPhi ΨPsi ΩOmega"
  )
    .split(" ")
    .map((entry) => [entry[0]!, `$\\${entry.slice(1)}$`] as const),
);

/** Text that LaTeX prints as it is, whatever it holds. */
export function latexText(text: string): string {
  return printable(text, 2000)
    .replace(/[\\~^±−×→≥≤∞<>|‖"&%$#_{}]/g, (found) => special[found] ?? `\\${found}`)
    .replace(/(?<![\w.])-(?=\d)/g, "$-$")
    .replace(/\p{Script=Greek}/gu, (letter) => greek.get(letter) ?? letter);
}
