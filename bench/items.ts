import { processFigures } from "./figures/of-processes.ts";
import { deviceFigures } from "./figures/on-device.ts";
import type { Row } from "./report.ts";
import { sideBySide } from "./side-by-side.ts";
import type { Team } from "./team.ts";
import { works } from "./works.ts";

/** What `--only` can name: a work beside peers, or a figure. */
export interface Item {
  readonly name: string;
  /** Left out on software adapters unless it is named. */
  readonly heavy: boolean;
  /** Left out unless it is named. */
  readonly byName?: boolean;
  run(team: Team): Promise<readonly Row[]>;
}

const figureLimit = 600_000; // ms

export const items: readonly Item[] = [
  ...works.map((work) => ({
    name: work.name,
    heavy: work.heavy === true,
    run: (team: Team) => sideBySide(work, team),
  })),
  ...deviceFigures.map(({ name, heavy = false, byName = false }) => ({
    name,
    heavy,
    byName,
    run: async ({ ours }: Team) => {
      const contestant = await ours.ready();
      const { rows } = await contestant.ask({ do: "measure", figure: name }, figureLimit);
      return rows.map((row) => ({ ...row, adapter: contestant.hello.adapter! }));
    },
  })),
  ...processFigures.map(({ name, measure }) => ({ name, heavy: false, run: measure })),
];
