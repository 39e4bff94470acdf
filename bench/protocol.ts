// What the driver and a contestant say to each other: one JSON object a line, over the contestant's standard streams. The peers'
// side of it is peers/serve.mjs and peers/torch_peer.py.

/** An array in the file of a work's operands, by its byte offset. State comes as `state.` and the path in its tree. */
export interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "f32" | "i32";
  readonly offset: number;
}

/** Which elements of an output are wanted. */
export interface Wanted {
  readonly output: string;
  readonly indices: readonly number[];
}

export type Request =
  /** Read operands, make the first call, and then as many as there are lists of wanted elements. */
  | {
      readonly do: "prepare";
      readonly work: string;
      readonly task: Readonly<Record<string, unknown>>;
      readonly file: string;
      readonly entries: readonly Entry[];
      readonly wanted: readonly (readonly Wanted[])[];
    }
  /** Time `samples` times `calls` calls, each sample until the device is done. */
  | { readonly do: "time"; readonly samples: number; readonly calls: number }
  /** The largest resident memory so far. */
  | { readonly do: "memory" }
  /** A figure that only our side has. */
  | { readonly do: "measure"; readonly figure: string };

export interface Prepared {
  /** From the first call to its end on the device: tracing, compiling, pipelines. */
  readonly firstMs: number;
  /** The wanted elements, call by call. */
  readonly values: readonly (readonly (readonly number[])[])[];
}

export interface Timed {
  /** Milliseconds a call, one number a sample. */
  readonly ms: readonly number[];
}

/** First line of a contestant. */
export interface Hello {
  readonly version: string;
  /** The adapter's own words; null where it computes on the CPU. */
  readonly adapter: string | null;
  /** Kernels run on the CPU, so that a spinning wait would slow them. */
  readonly software: boolean;
}

/** A figure of our own, without a peer. */
export interface FigureRow {
  readonly work: string;
  readonly unit: string;
  readonly ours: number;
  readonly runs: number;
  /** What else was seen, by name with its unit. */
  readonly also?: Readonly<Record<string, number>>;
}
