import { createHash } from "node:crypto";

/**
 * SHA-256 of texts and bytes, in hexadecimal. Each part is preceded by its length, so that no two lists of parts are alike.
 *
 * @example
 * ```ts
 * import { digestOf } from "deconfound/node";
 *
 * console.log(digestOf(["ab", "c"]).length, digestOf(["ab", "c"]) === digestOf(["a", "bc"])); // 64 false
 * ```
 */
export function digestOf(parts: Iterable<string | ArrayBufferView>): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : viewOf(part);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

function viewOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
