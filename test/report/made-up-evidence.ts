import type { Evidence, ImageStack } from "../../src/report/evidence.ts";

/** What a run could have kept: 40 samples of which 8 are poisoned, 10 test images, 2 of the target class 1. */
export function madeUpEvidence(given: Partial<Evidence> = {}): Evidence {
  const count = 40;
  const samples = Int32Array.from({ length: count }, (_, i) => i);
  const kinds = Uint8Array.from(samples, (i) => (i < 8 ? 1 : i === 8 ? 2 : 0));
  const labels = Int32Array.from({ length: 10 }, (_, i) => i % 5);
  const width = 3;
  const z = Float32Array.from({ length: 2 * labels.length * width }, (_, i) => Math.sin(i * i) + (i >= 30 ? 4 : 0));
  const network = { losses: Float32Array.from(samples, (i) => (i < 8 ? 0.01 : 1) + i / 100), z, width };
  return {
    classNames: ["circle", "</b>&", "star", "bar", "dot"],
    samples,
    kinds,
    trained: count,
    suspicion: Float32Array.from(samples, (i) => (i < 8 ? 2 : 0) + (i % 4)),
    delivered: network,
    confounder: network,
    labels,
    targets: labels.map(() => 1),
    sheets: [
      {
        attack: "badnets",
        labels: Int32Array.of(0, 2),
        targets: Int32Array.of(1, 1),
        clean: images(2),
        triggered: images(2),
        difference: images(2),
      },
    ],
    suspects: {
      indices: Int32Array.of(3, 20),
      labels: Int32Array.of(1, 0),
      suspicion: Float32Array.of(5, 3),
      images: images(2),
    },
    ...given,
  };
}

function images(count: number): ImageStack {
  return {
    height: 4,
    width: 5,
    channels: 3,
    pixels: Uint8Array.from({ length: count * 60 }, (_, i) => (i * 37) % 256),
  };
}
