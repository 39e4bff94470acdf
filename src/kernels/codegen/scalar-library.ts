import { wgsl } from "../wgsl/wgsl.generated.ts";

/** `scalar.wgsl`, when a kernel's text calls one of its helpers. */
export function helpersFor(code: string): string {
  return /\b[a-zA-Z0-9]+_[iu]?4?\(/.test(code) ? `\n${wgsl.scalar}` : "";
}
