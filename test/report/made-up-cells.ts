import type { CheckedReport } from "../../src/cli/check-report.ts";
import type { CellLabels } from "../../src/experiment/index.ts";

/** What a made-up training came to, in percent. */
export interface MadeUp {
  readonly data?: string;
  readonly attack?: string;
  readonly rate?: number;
  readonly defence?: string;
  readonly label?: string;
  readonly seed?: number;
  readonly ca?: number;
  readonly asr?: number | null;
  readonly cleanTargetRate?: number;
  readonly targetAccuracy?: number;
  readonly flags?: CheckedReport["results"][number]["flags"];
  readonly epochs?: number;
  readonly auroc?: number | null;
}

/** A cell's file as an experiment writes it, of a training that never was. */
export function madeUpCell(given: MadeUp = {}): { labels: CellLabels; report: CheckedReport } {
  const { data = "shapes", attack = "badnets", rate = 0.1, defence = "none", seed = 0, epochs = 4 } = given;
  const { ca = 90, asr = 100, cleanTargetRate = 2, targetAccuracy = 88, flags = [], auroc = null } = given;
  const clean = attack === "none";
  const rates = clean
    ? { ca, asr: null, ra: null, cleanTargetRate: null, targetAccuracy: null }
    : { ca, asr, ra: 5, cleanTargetRate, targetAccuracy };
  const phases = defence === "cbd" ? ["backdoor", "clean"] : ["clean"];
  return {
    labels: { data, attack, model: "small-8", defence: given.label ?? defence, seed },
    report: {
      run: "0123456789abcdef",
      config: {
        dataset: { format: "builtin" },
        attacks: clean ? [] : [{ name: attack, options: { rate, target: 1 } }],
        model: "small-8",
        seed,
      },
      versions: { deconfound: "0.1.0", node: "v20", platform: "linux" },
      device: { description: "CPU reference" },
      sets: { train: 60, poisoned: clean ? 0 : 6, test: 30, triggered: clean ? 0 : 27 },
      epochs: phases.flatMap((phase) =>
        Array.from({ length: epochs }, (_, at) => ({
          defence,
          phase,
          means: { loss: 2 / (at + 1) + seed / 10 },
          ...rates,
          ca: (ca * (at + 1)) / epochs,
        })),
      ),
      results: [
        { defence, ...rates, classAccuracy: [ca, targetAccuracy], flags, forwardEquivalents: 12.5, seconds: 1.5 },
      ],
      suspects: defence === "cbd" ? { defence, auroc } : null,
    },
  };
}

/** Text of a file that would like to be markup, a formula and a macro. */
export const evil = `=1+1</title><script>alert(1)</script><img src="http://example.com/x" onerror='x()'>\\input{x}\u202e|`;

/** Two attacks at two rates, three defences, two seeds; cbd breaks both promises on one of them. */
export function madeUpGrid(): ReturnType<typeof madeUpCell>[] {
  return ["none", "badnets", evil].flatMap((attack) =>
    (attack === "none" ? [0] : [0.05, 0.1]).flatMap((rate) =>
      ["none", "cbd", "abl"].flatMap((defence) =>
        [0, 1].map((seed) => {
          const isCbd = defence === "cbd";
          const cell = madeUpCell({
            ...{ attack, rate, defence, seed },
            ca: (isCbd && attack === "badnets" ? 80 : 90) + seed,
            asr: defence === "none" ? 99 : isCbd && attack !== "badnets" ? 2 : 40 * rate * 10,
            ...(defence === "abl" ? { targetAccuracy: 10, flags: [{ kind: "class lost", label: 1 }] as const } : {}),
            auroc: attack === "none" ? null : 0.97,
          });
          const label = attack === "none" ? attack : `${attack} ${100 * rate} %`;
          return { ...cell, labels: { ...cell.labels, attack: label } };
        }),
      ),
    ),
  );
}
