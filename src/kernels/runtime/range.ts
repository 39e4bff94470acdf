/** A range of a buffer, with the buffer's own number. */
export interface Range {
  readonly buffer: GPUBuffer;
  /** Pooled buffers count up from 0; a plan's own are negative. */
  readonly id: number;
  readonly offset: number;
}
