import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints `N passed, N failed` (then `, N skipped`, if any) alone on the last line. A file that fails outside its tests,
 * and an error outside all of them, each count as one failure.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state === "failed") failed++;
        else skipped++;
      }
    }
    const tail = skipped === 0 ? "" : `, ${skipped} skipped`;
    // After the default reporter, which writes its summary in the same event.
    setImmediate(() => process.stdout.write(`${passed} passed, ${failed} failed${tail}\n`));
  }
}
