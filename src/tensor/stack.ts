/** One line of a stack: of V8 (`at f (url:l:c)`), or of Firefox and Safari (`f@url:l:c`). */
export interface Frame {
  /** The function, as the engine names it; undefined for code outside functions. */
  readonly name: string | undefined;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const v8 = /^\s*at (?:(?:async )?(.+?) \()?(.+?):(\d+):(\d+)\)?$/;
const geckoOrWebKit = /^(?:(.*?)@)?([^@\s].*?):(\d+):(\d+)$/;
const nameless = /^(?:<anonymous>|anonymous|(?:global|module|eval|async) code)?$/;

/** The frames of a stack, innermost first; lines that name no file, such as the message, are left out. */
export function framesOf(stack: string): Frame[] {
  const lines = stack.split("\n");
  const form = lines.some((line) => v8.test(line)) ? v8 : geckoOrWebKit;
  return lines.flatMap((text) => {
    const found = form.exec(text);
    if (found === null) return [];
    const [, name = "", file, line, column] = found;
    return [{ name: cleanName(name), file: file!, line: Number(line), column: Number(column) }];
  });
}

/** Without what engines add: `Object.f`, `async*f`, `f/<`, `outer/inner/<`. */
function cleanName(name: string): string | undefined {
  const own = name
    .replace(/^(?:async\*|promise callback\*)/, "")
    .replace(/^Object\./, "")
    .replace(/(?:\/<)+$/, "");
  return nameless.test(own) ? undefined : own;
}

/** Whether `a` stands before `b` in their file. */
export function isBefore(a: Frame, b: Frame): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column);
}
