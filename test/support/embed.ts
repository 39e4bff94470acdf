/** Runs once before all tests, so that they never see an old kernel or the digest of old code. */
export async function setup(): Promise<void> {
  await import("../../scripts/embed-wgsl.mjs" as string);
  await import("../../scripts/embed-code.mjs" as string);
}
