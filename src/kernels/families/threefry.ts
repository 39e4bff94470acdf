import type { threefryOp } from "../../tensor/ops/threefry.ts";
import { foldWorkgroups } from "../adapter/workgroups.ts";
import type { FamilyOf } from "./family.ts";
import { input, output } from "./family.ts";

/** Blocks of the Threefry generator with counters (0, first), (0, first + 1), … */
export const threefry: FamilyOf<typeof threefryOp> = ({ params, adapter }) => {
  const { count } = params;
  if (count === 0) return { scratch: [], dispatches: [] };
  return {
    scratch: [],
    dispatches: [
      {
        file: "threefry",
        constants: { COUNT: count },
        reads: { key: input(0), first: input(1) },
        writes: { high: output(0), low: output(1) },
        workgroups: foldWorkgroups(Math.ceil(count / 64), adapter),
      },
    ],
  };
};
