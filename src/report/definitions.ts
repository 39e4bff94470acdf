import { html } from "./html.ts";
import { tableOf } from "./page.ts";
import type { ReportCell } from "./report-cell.ts";
import type { Section } from "./section.ts";

/** By name: what it is, and of which images. */
const definitions = [
  ["CA", "clean accuracy: clean test images that the model calls by their label", "test"],
  [
    "ASR",
    "attack success rate: triggered test images whose label is not the attack's target, called the target; with several attacks, of the first",
    "triggered",
  ],
  ["RA", "robust accuracy: the same triggered images called by their true label", "triggered"],
  [
    "clean target rate",
    "the same images without the trigger called the target: the ASR of a model that knows no trigger",
    "triggered",
  ],
  ["target class", "clean accuracy of the classes that the trigger calls for", "test images of these classes"],
  [
    "worst ASR",
    "the largest mean ASR over the attacks that the undefended model learned, with a mean ASR of 80 % or more; the table is ranked by it",
    "triggered",
  ],
  [
    "CA − ASR",
    "the smallest difference of mean CA and mean ASR over the same attacks, in points",
    "test and triggered",
  ],
  [
    "DER",
    "defence effectiveness rating: mean over the same attacks of (max(0, ASR₀ − ASR) − max(0, CA₀ − CA) + 100) / 2, where ₀ is the undefended model; 50 is no gain, 100 the best",
    "test and triggered",
  ],
  ["loss", "cross entropy of the model's output against the label in the training set, in nats", "training images"],
  [
    "AUROC",
    "the chance that a poisoned training image is more suspect than one that is not, ties counting half; the area under the ROC curve",
    "train",
  ],
  ["±", "standard deviation of the sample (n − 1) over the seeds; one seed has none", "seeds"],
  [
    "passes",
    "forward equivalents: floating-point operations of all that the defence runs, counted from its programs, over those of one forward pass of the delivered model over the training set; a training step is about three; evaluation on test images is not counted",
    "trainings",
  ],
  [
    "seconds",
    "of training, with the evaluation after each epoch; on a machine that does other work as well they are too long",
    "trainings",
  ],
  [
    "× none",
    "passes or seconds of a training over the mean of those without a defence under the same attack: mean over the trainings of a row, and the most",
    "trainings",
  ],
] as const;

/** What each number means, and of how many images it is. */
export function definitionsSection(cells: readonly ReportCell[]): Section {
  const header = [
    "data",
    "attack",
    "training images",
    "of these poisoned",
    "clean images given",
    "test images",
    "triggered test images",
  ];
  const lines = cells.map(({ place, sets }) => [
    ...[place.data, place.attack],
    ...[sets.train, sets.poisoned, sets.clean ?? 0, sets.test, sets.triggered],
  ]);
  const rows = [...new Map(lines.map((line) => [JSON.stringify(line), line])).values()];
  const body = html`<h2>What the numbers mean</h2>
${tableOf(["name", "definition", "of"], definitions, "stacks")}
<h3>Sizes of the sets</h3>
<p>Triggered test images are those whose label is not the target. Of n images, a rate of 50 % has a standard error of 50 / √n points:
${[...new Set(cells.map(({ sets }) => sets.test))].map((n) => `${(50 / Math.sqrt(n)).toFixed(1)} for ${n}`).join(", ")}.</p>
${tableOf(header, rows)}`;
  return { body, data: { sets: { header, rows } } };
}
