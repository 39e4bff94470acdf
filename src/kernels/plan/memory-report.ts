import type { MemoryReport, SlotValue } from "../../tensor/device.ts";
import { formatSite } from "../../tensor/site.ts";
import type { Node } from "../../tensor/tensor.ts";
import { formatType } from "../../tensor/tensor.ts";
import { basesOf, refType } from "../graph/buffer-ref.ts";
import type { Plan } from "./make-plan.ts";

/** What a plan's slots hold, for `program.memory()`. */
export function memoryReport(plan: Plan): MemoryReport {
  const described = describeValues(plan);
  const slots = plan.memory.slots.map(({ bytes, values }) => ({
    bytes,
    values: values
      .map(
        ({ key, bytes: size, offset, from, to }): SlotValue => ({
          ...described.get(key)!,
          bytes: size,
          offset,
          from,
          to,
        }),
      )
      .sort((a, b) => a.from - b.from),
  }));
  const peakBytes = slots.reduce((total, { bytes }) => total + bytes, 0);
  return { peakBytes, liveBytes: plan.memory.liveBytes, naiveBytes: plan.naiveBytes, slots };
}

/** What lies under each of the plan's keys. A scratch buffer has the line of the value that it is needed for. */
function describeValues(plan: Plan): Map<string, Pick<SlotValue, "what" | "type" | "line">> {
  const described = new Map<string, Pick<SlotValue, "what" | "type" | "line">>();
  for (const step of plan.steps) {
    const writes = step.buffers.flatMap(({ ref, access }) => (access === "read" ? [] : basesOf(ref)));
    const written = writes.flatMap(({ base }) => (base.kind === "value" ? [base.tensor.node] : []))[0] ?? null;
    for (const { base: ref } of step.buffers.flatMap((buffer) => basesOf(buffer.ref))) {
      const node = ref.kind === "value" ? ref.tensor.node : written;
      const what = ref.kind === "value" ? (node?.op?.name ?? "leaf") : `${step.name} scratch`;
      described.set(plan.keyOf(ref), { what, type: formatType(refType(ref)), line: node && lineOf(node) });
    }
  }
  return described;
}

function lineOf(node: Node): string | null {
  return (node.site && formatSite(node.site)) ?? null;
}
