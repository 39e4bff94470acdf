import { printable } from "../tensor/printable.ts";

/** A table for LaTeX. Cells are texts. */
export interface TextTable {
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What it is ranked by. */
  readonly note: string;
}

/** Tables as `table` environments with `tabular`, which need no package. The first column stands to the left. */
export function latexTables(tables: readonly TextTable[]): string {
  return tables
    .map(({ heading, header, rows, note }) => {
      const line = (cells: readonly string[]): string => `    ${cells.map(latexText).join(" & ")} \\\\\n`;
      const columns = `l${"r".repeat(header.length - 1)}`;
      return `\\begin{table}
  \\centering
  \\begin{tabular}{${columns}}
    \\hline
${line(header)}    \\hline
${rows.map(line).join("")}    \\hline
  \\end{tabular}
  \\caption{${latexText(`${heading}. ${note}`)}}
\\end{table}
`;
    })
    .join("\n");
}

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "−": "$-$",
  "→": "$\\rightarrow$",
  "≥": "$\\geq$",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "''",
};

/** Text that LaTeX prints as it is, whatever it holds. */
export function latexText(text: string): string {
  return printable(text, 2000).replace(/[\\~^±−→≥<>|"&%$#_{}]/g, (found) => special[found] ?? `\\${found}`);
}
