import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeEvidence, evidenceName } from "../../src/cli/evidence-file.ts";
import { writeReport } from "../../src/cli/report-files.ts";
import type { BrowserPage } from "../support/chromium.ts";
import { chromium, howToInstall, openPage } from "../support/chromium.ts";
import { madeUpGrid } from "./made-up-cells.ts";
import { madeUpEvidence } from "./made-up-evidence.ts";

// A report as a reader sees it, in Chromium without a window.

const required = process.env["CI"] === "true" || process.env["REQUIRE_GPU"] === "1";
if (chromium === undefined && !required) console.warn(`the report is not looked at: ${howToInstall}`);

test("in CI there is a browser to look at reports with", () => {
  expect(chromium !== undefined || !required, howToInstall).toBe(true);
});

describe.runIf(chromium !== undefined)("a report in a browser", () => {
  let folder: string;
  let url: string;
  let page: BrowserPage;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "deconfound-"));
    mkdirSync(join(folder, "cells"));
    const evidence = await encodeEvidence(madeUpEvidence());
    for (const [at, cell] of madeUpGrid().entries()) {
      writeFileSync(join(folder, "cells", `${at}.json`), JSON.stringify(cell));
      mkdirSync(join(folder, "runs", String(at)), { recursive: true });
      writeFileSync(join(folder, "runs", String(at), evidenceName(cell.report.results[0]!.defence)), evidence);
    }
    const out = join(folder, "report.html");
    await writeReport({ folder, out });
    url = pathToFileURL(out).href;
    page = await openPage();
  }, 60_000);
  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = [400, 1200].flatMap((width) => (["light", "dark"] as const).map((scheme) => ({ width, scheme })));
  test.each(cases)(
    "$width pixels wide, $scheme: fits, is read, asks for nothing, complains of nothing",
    async ({ width, scheme }) => {
      await page.send("Emulation.setDeviceMetricsOverride", {
        width,
        height: 800,
        deviceScaleFactor: 1,
        mobile: width < 800,
      });
      await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
      const before = page.events.length;
      await page.open(url);
      await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
      const events = page.events.slice(before);
      const requests = events.filter(({ method }) => method === "Network.requestWillBeSent");
      const asked = requests.map(({ params }) => (params!["request"] as { readonly url: string }).url);
      expect(asked.filter((one) => one !== url && !one.startsWith("data:"))).toEqual([]);
      const complaints = ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"];
      expect(events.filter(({ method }) => complaints.includes(method!)).map(({ params }) => params)).toEqual([]);
      const seen = await page.evaluate<Seen>(looking);
      expect(seen.bodyWidth).toBeLessThanOrEqual(width);
      expect(seen.beyond).toEqual([]);
      expect([seen.figures, seen.broken]).toEqual([seen.drawn, 0]);
      expect(seen.smallest, seen.smallestText).toBeGreaterThanOrEqual(9.5);
      expect(seen.faint).toEqual([]);
      expect(seen.ground < 60).toBe(scheme === "dark");
    },
  );

  test("printed on A4, its tables are not cut off", async () => {
    await page.send("Emulation.setDeviceMetricsOverride", {
      width: 1031,
      height: 703,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await page.send("Emulation.setEmulatedMedia", { media: "print", features: [] });
    await page.open(url);
    const cut = `[...document.querySelectorAll("table")].filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5).length`;
    expect(await page.evaluate(cut)).toBe(0);
    expect(await page.evaluate("document.querySelectorAll('table').length")).toBeGreaterThan(5);
  });
});

interface Seen {
  /** CSS pixels. */
  readonly bodyWidth: number;
  /** Elements that stick out of the page to the right, but for what scrolls by itself. */
  readonly beyond: readonly string[];
  readonly figures: number;
  /** Figures that have a size. */
  readonly drawn: number;
  /** Images that did not load. */
  readonly broken: number;
  /** Height of the smallest text as it is seen, and what it says. */
  readonly smallest: number;
  readonly smallestText: string;
  /** Texts with a contrast below 4.5 : 1 to the page (WCAG 2.2, 1.4.3). */
  readonly faint: readonly string[];
  /** Brightness of the page, 0 … 255. */
  readonly ground: number;
}

const looking = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const ground = getComputedStyle(document.body).backgroundColor;
  const texts = [...document.querySelectorAll("body *")].filter((one) =>
    one.tagName.toLowerCase() !== "style" && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== ""));
  const sizes = texts.map((one) => {
    const svg = one.closest("svg");
    const scale = svg === null ? 1 : svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return { size: parseFloat(getComputedStyle(one).fontSize) * scale, text: one.textContent.slice(0, 60) };
  });
  const smallest = sizes.reduce((least, one) => (one.size < least.size ? one : least));
  const inkOf = (one) => { const style = getComputedStyle(one); return one.closest("svg") === null ? style.color : style.fill; };
  const svgs = [...document.querySelectorAll("svg")];
  const outside = (one) => one.closest(".wide") === null && one.getBoundingClientRect().right > innerWidth + 0.5;
  return {
    bodyWidth: document.documentElement.scrollWidth,
    beyond: [...document.querySelectorAll("body *")].filter(outside).map((one) => one.outerHTML.slice(0, 80)).slice(0, 3),
    figures: svgs.length,
    drawn: svgs.filter((one) => one.getBoundingClientRect().height > 50).length,
    broken: [...document.images].filter((one) => !one.complete || one.naturalWidth === 0).length,
    smallest: smallest.size,
    smallestText: smallest.text,
    faint: texts.filter((one) => contrast(inkOf(one), ground) < 4.5).map((one) => one.textContent.slice(0, 60)).slice(0, 3),
    ground: channels(ground).reduce((sum, c) => sum + c, 0) / 3,
  };
})()`;
