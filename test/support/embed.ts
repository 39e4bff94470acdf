/** Runs once before all tests, so that they never see an old kernel. */
export async function setup(): Promise<void> {
  await import("../../scripts/embed-wgsl.mjs" as string);
}
