/**
 * Lays a help page out in lines of some columns. Lines without blanks in front form paragraphs. A row, blanks in front and a name with
 * two blanks or more after it, keeps the name; its words go on below their first one. Other lines stay whole: they may be commands.
 */
export function wrapHelp(text: string, columns: number): string {
  const lines: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) lines.push(...wrap(paragraph.join(" "), columns));
    paragraph = [];
  };
  for (const line of text.split("\n")) {
    if (/^\S/.test(line)) {
      paragraph.push(line);
      continue;
    }
    endParagraph();
    const start = /^(?: {2}\S.*? {2,}| {3,})(?=\S)/.exec(line)?.[0];
    if (start === undefined) lines.push(line);
    else {
      const words = wrap(line.slice(start.length), columns - start.length);
      lines.push(start + words.join(`\n${" ".repeat(start.length)}`));
    }
  }
  endParagraph();
  return lines.join("\n");
}

const least = 20; // columns for words, however narrow the terminal is

function wrap(text: string, columns: number): string[] {
  const width = Math.max(least, columns);
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
