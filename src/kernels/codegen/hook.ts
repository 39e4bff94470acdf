/** Access functions written by the caller: whole WGSL functions under the names that the file calls. */
export interface Hook {
  /** `fn load_x(i: u32) -> x_t { … }` */
  readonly load?: string;
  /** `fn load4_x(i: u32) -> vec4<x_t> { … }` */
  readonly load4?: string;
  /** `fn store_y(i: u32, v: y_t) { … }` */
  readonly store?: string;
  /** `fn store4_y(i: u32, v: vec4<y_t>) { … }` */
  readonly store4?: string;
}
