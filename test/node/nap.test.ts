import { expect, test } from "vitest";
import { waitNapping } from "../../src/node/nap.ts";

test("a promise that a later turn settles is waited for, value or error", async () => {
  const late = <T>(settle: (done: (value: T) => void, fail: (error: Error) => void) => void): Promise<T> =>
    new Promise((done, fail) => setTimeout(() => settle(done, fail), 20));
  expect(await waitNapping(late<number>((done) => done(7)))).toBe(7);
  await expect(waitNapping(late((_, fail) => fail(new Error("lost"))))).rejects.toThrow("lost");
});

test("the thread sleeps while it waits", async () => {
  const before = process.cpuUsage();
  await waitNapping(new Promise((done) => setTimeout(done, 200)));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(150); // ms of 200; spinning takes all
});

test("a thousand who wait at once sleep together", async () => {
  const turns: number[] = [];
  const ticking = setInterval(() => turns.push(performance.now()), 1);
  await Promise.all(Array.from({ length: 1000 }, () => waitNapping(new Promise((done) => setTimeout(done, 100)))));
  clearInterval(ticking);
  expect(turns.length).toBeGreaterThan(5); // one after the other they would sleep through all timers
});
