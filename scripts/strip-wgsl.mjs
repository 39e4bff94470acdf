/**
 * WGSL without comments. Line breaks stay, so that a line's number in an error is its number in the file.
 *
 * @param {string} text
 * @returns {string}
 */
export function stripWgsl(text) {
  let out = "";
  let depth = 0; // block comments nest
  for (let at = 0; at < text.length; at++) {
    const pair = text.slice(at, at + 2);
    if (depth === 0 && pair === "//") {
      const end = text.indexOf("\n", at);
      at = (end === -1 ? text.length : end) - 1;
    } else if (pair === "/*" || (depth > 0 && pair === "*/")) {
      depth += pair === "/*" ? 1 : -1;
      at++;
      if (depth === 0) out += " "; // a comment separates words
    } else if (depth === 0 || text[at] === "\n") out += text[at];
  }
  return out.replace(/[ \t]+$/gm, "");
}
