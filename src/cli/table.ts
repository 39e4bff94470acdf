/** Rows under a header, columns aligned: the first to the left, the others to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, c) => Math.max(...lines.map((line) => line[c]!.length)));
  const format = (line: readonly string[]): string =>
    line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return `${[format(header), rule, ...rows.map(format)].map((line) => line.trimEnd()).join("\n")}\n`;
}
