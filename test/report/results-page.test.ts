import { beforeAll, describe, expect, test } from "vitest";
import { rankedTables } from "../../src/cli/ranked-tables.ts";
import { inOrder, rankedOf, reportCellOf, withOwnLabels } from "../../src/cli/report-cells.ts";
import { epochLines, thinned } from "../../src/report/epoch-lines.ts";
import * as figures from "../../src/report/figures.ts";
import { findingsOf } from "../../src/report/findings.ts";
import { rateLines } from "../../src/report/rate-lines.ts";
import type { ReportCell } from "../../src/report/report-cell.ts";
import { settingsOf } from "../../src/report/report-cell.ts";
import type { ReportFile } from "../../src/report/results-page.ts";
import { resultsPage } from "../../src/report/results-page.ts";
import type { MadeUp } from "./made-up-cells.ts";
import { evil, madeUpCell, madeUpGrid } from "./made-up-cells.ts";
import { madeUpEvidence } from "./made-up-evidence.ts";
import { expectSelfContained } from "./self-contained.ts";

function found(cells: readonly ReturnType<typeof madeUpCell>[]): Parameters<typeof reportCellOf>[0][] {
  const named = cells.map((cell, at) => ({ ...cell, name: `cell-${at}`, config: { seed: cell.labels.seed } }));
  return [...withOwnLabels(inOrder(named))];
}

function cellsOf(...given: readonly MadeUp[]): ReportCell[] {
  return given.map((one) => reportCellOf(found([madeUpCell(one)])[0]!, null));
}

describe("findings", () => {
  const findings = (...given: readonly MadeUp[]): string[] =>
    findingsOf(settingsOf(cellsOf(...given)), []).map(({ kind, what, place, seeds }) =>
      [kind, what, place.defence, seeds.join()].join(" "),
    );

  test("cbd promises an ASR and a CA; three points are allowed, by the mean over the seeds", () => {
    const cbd = { defence: "cbd", asr: 5, ca: 87 };
    expect(findings({}, cbd)).toEqual([]);
    expect(findings({}, { ...cbd, asr: 5.1 })).toEqual(["failed promise ASR cbd 0"]);
    expect(findings({}, { ...cbd, ca: 86.9 })).toEqual(["failed promise CA cbd 0"]);
    const seeds = [{}, { seed: 1 }, { ...cbd, asr: 9, seed: 0 }, { ...cbd, asr: 1, seed: 1 }];
    expect(findings(...seeds)).toEqual([]);
    expect(findings(...seeds, { ...cbd, asr: 9, seed: 2 })).toEqual(["failed promise ASR cbd 0,1,2"]);
    expect(findings({ ...cbd, ca: 10 })).toEqual([]); // nothing to compare with
  });

  test("another defence with such a CA is flagged; its ASR is its own affair", () => {
    expect(findings({}, { defence: "abl", asr: 60, ca: 80 })).toEqual(["flag CA abl 0"]);
  });

  test("a lost target class is seen across cells, and each flag is told once with its seeds", () => {
    const collapsed = { flags: [{ kind: "collapsed" }] } as const;
    expect(findings({}, { defence: "abl", targetAccuracy: 43.9 })).toEqual(["flag target class lost abl 0"]);
    expect(findings({}, { defence: "abl", targetAccuracy: 44 })).toEqual([]);
    expect(findings(collapsed, { ...collapsed, seed: 1 })).toEqual(["flag collapsed none 0,1"]);
  });

  test("come in order: failed cells, promises, flags", () => {
    const cells = cellsOf({ flags: [{ kind: "attack not learned" }] }, { defence: "cbd", asr: 50 });
    const failed = [{ place: cells[0]!.place, error: "ConfigError: no\n  mend" }];
    const all = findingsOf(settingsOf(cells), failed);
    expect(all.map(({ kind }) => kind)).toEqual(["failed cell", "failed promise", "flag"]);
    expect(all[0]!.detail).toBe("ConfigError: no");
  });
});

describe("lines", () => {
  test("are means over the seeds with one deviation to both sides, phase by phase", () => {
    const cells = cellsOf({ defence: "cbd", ca: 80 }, { defence: "cbd", ca: 90, seed: 1 });
    const { rates, losses, phases } = epochLines(settingsOf(cells)[0]!.groups[0]!);
    expect(rates.map(({ name, points }) => [name, points.length])).toEqual([
      ["CA", 8],
      ["ASR", 8],
    ]);
    const last = rates[0]!.points.at(-1)!;
    expect([last.x, last.y, last.high - last.y]).toEqual([8, 85, expect.closeTo(Math.sqrt(50))]);
    expect(phases).toEqual([
      { name: "backdoor", after: 0 },
      { name: "clean", after: 4 },
    ]);
    expect(losses.map(({ points }) => points.map(({ x }) => x))).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test("are thinned to what the eye can tell apart, ends included", () => {
    const points = Array.from({ length: 1000 }, (_, x) => ({ x, y: 0, low: 0, high: 0 }));
    const few = thinned(points);
    expect([few.length, few[0]!.x, few.at(-1)!.x]).toEqual([80, 0, 999]);
  });

  test("of rates need two rates of one attack", () => {
    const cells = cellsOf({ rate: 0.2 }, { rate: 0.01 }, { attack: "blend" }, { attack: "none" });
    const [only, ...more] = rateLines(cells);
    expect([only!.family, more.length]).toEqual(["badnets (target 1)", 0]);
    expect(only!.asr[0]!.points.map(({ x }) => x)).toEqual([1, 20]);
  });
});

test("a figure has a path per line and band, and no number that is none", () => {
  const line = (name: string, wide: number, dashed = false) => ({
    name,
    colour: "var(--c0)",
    dashed,
    points: [0, 1, 2].map((x) => ({ x, y: 5, low: 5 - wide, high: 5 + wide })),
  });
  const svg = figures.lineFigure(`a <b> "c"`, [line("one", 1), line("two", 0), line("three", 0, true)], {
    x: "x",
    y: "y",
    rules: [1],
  });
  expect(svg.match(/aria-label="line"/g)!.length).toBe(2); // solid and dashed
  expect(svg.match(/stroke-dasharray="5[, ]3"/g)!.length).toBe(1);
  expect([...svg.matchAll(/<path d="M[^"]*Z"/g)].length).toBe(1); // one band
  expect(svg.match(/<circle /g)!.length).toBe(9);
  expect(/NaN|undefined/.exec(svg)).toBeNull();
  expect(svg).toContain('aria-label="a &lt;b&gt; &quot;c&quot;"');
});

describe("the page of a folder of cells", () => {
  const cells = found(madeUpGrid());
  const failed = [{ place: { ...cells[0]!.labels, defence: evil }, error: `${evil}\nmore` }];
  const isDrawn = ({ labels }: (typeof cells)[number]): boolean => labels.seed === 0 && labels.attack !== "none";
  let page: string;
  let files: readonly ReportFile[];
  beforeAll(async () => {
    ({ page, files } = await resultsPage({
      title: "Report of <it>",
      cells: cells.map((cell) => reportCellOf(cell, isDrawn(cell) ? madeUpEvidence() : null)),
      failed,
      unfinished: 2,
      tables: rankedTables(cells.map(rankedOf)),
      figures,
    }));
  });

  test("fetches nothing, runs nothing, is well nested, and holds its figures", () => {
    // 5 settings of 3 defences, each with rates and losses; 2 attacks with 2 rates, each with ASR and CA; of 4 settings with evidence the
    // losses of 3 defences under 2 networks, an ROC, and projections of the undefended model and cbd's two
    expectSelfContained(page, 5 * 3 * 2 + 2 * 2 + 4 * (3 * 2 + 1 + 3), 4 * (1 + 3 * 2));
    expect(
      page.match(/No (losses|curve|images|representations|suspects) of shapes, small-8, none, none; /g)!.length,
    ).toBe(5);
    expect(page).toContain("<h1>Report of &lt;it&gt;</h1>");
    expect(page).not.toContain("<script>");
  });

  test("says first what fails, then ranks, then draws, then explains", () => {
    const heads = [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map((match) => match[1]);
    expect(heads).toEqual([
      "What to know first",
      "Defences, ranked by their worst attack",
      "Epoch by epoch",
      "Losses of the training images",
      "How well suspicion finds the poison",
      "By poisoning rate",
      "What the attacks do",
      "Where the networks put test images",
      "The most suspect images",
      "How it was made",
      "What the numbers mean",
    ]);
    // cbd on badnets: ASR 20 and 40 at 5 and 10 %, CA 80 against 90
    expect(page).toContain("1 training that failed, 4 promises that are not kept, ");
    expect(page).toContain("2 more trainings are not finished.");
    expect(page).toContain("ASR 40.0 %: more than 3 points above its clean target rate, 2.0 %");
    const order = [...page.matchAll(/<tr><td>(none|cbd|abl)<\/td><td>([\d.]+)<\/td>/g)].map((match) => match[1]);
    expect(order).toEqual(["abl", "cbd", "none"]);
  });

  test("has a CSV file per figure and table, and tables for LaTeX", () => {
    expect(files.map(({ name }) => name)).toEqual([
      ...[
        "findings.csv",
        "table.csv",
        "epochs.csv",
        "losses.csv",
        "roc.csv",
        "rates.csv",
        "projections.csv",
        "suspects.csv",
      ],
      ...["trainings.csv", "settings.csv", "sets.csv"],
      "table.tex",
    ]);
    const lines = (name: string): string[] =>
      files
        .find((file) => file.name === name)!
        .content.trim()
        .split("\n");
    expect(lines("trainings.csv").length).toBe(1 + cells.length);
    expect(lines("epochs.csv")[0]).toBe("data,model,attack,defence,line,epoch,mean,low,high");
    expect(lines("rates.csv").length).toBe(1 + 2 * 2 * 3 * 2);
    for (const { name, content } of files) {
      expect(content, name).not.toMatch(/(^|,)"?[=@]/m);
      expect(content, name).not.toMatch(/undefined|NaN|Infinity/);
    }
    expect(lines("table.tex").join("\n")).not.toContain("\\input");
  });
});

test("cells with the same labels stand side by side under their own names", () => {
  const [first, second] = found([madeUpCell(), madeUpCell()]);
  expect([first!.labels.defence, second!.labels.defence]).toEqual(["none", "none (cell-1)"]);
});
